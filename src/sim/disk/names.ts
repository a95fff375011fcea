import { choicePoint } from '../choice-point.ts';
import type { ChoicePoint, Stream } from '../choices.ts';
import { hashText } from '../hash.ts';
import type { StoredFile } from './file-images.ts';
import { directoryOf } from './file-names.ts';

const survivesPoint: ChoicePoint = choicePoint('power-loss-name');

/** As with a journal of limited size: older changes of names become durable by themselves. */
const pendingLimit = 512;

/** A change of names that no directory sync has covered. */
interface NameChange {
  /** The name that is made, replaced or removed. */
  readonly name: string;
  /** What it names now; undefined: removed. */
  readonly file: StoredFile | undefined;
  /** The name that a rename took away. */
  readonly from: string | undefined;
  /** A lying sync has promised it. */
  lied: boolean;
}

function staysIn({ name }: NameChange, directory: string): boolean {
  return directory === '' ? !name.includes('/') : directoryOf(name) === directory;
}

/**
 * The names of a disk's files, three times: as the cache has them, as directory syncs promised
 * them, and as they actually stand on the medium.
 *
 * A power loss keeps any subset of the unsynced changes, but for changes of one name or one file,
 * which keep their order: file systems log them. So a rename is atomic: old name or new.
 */
export class Names {
  cached: Map<string, StoredFile> = new Map();
  readonly promised: Map<string, StoredFile> = new Map();
  readonly actual: Map<string, StoredFile> = new Map();
  /** Names that do not stand for what was promised. */
  readonly damaged: Set<string> = new Set();
  #pending: NameChange[] = [];
  #recentName = '';
  #recent: StoredFile | undefined;
  /** Called when a file gains or loses its promised name. */
  readonly #promiseMoved: (file: StoredFile) => void;

  constructor(promiseMoved: (file: StoredFile) => void) {
    this.#promiseMoved = promiseMoved;
  }

  /** The cached file of a name. Asked again and again for one, so the last answer is kept. */
  file(name: string): StoredFile | undefined {
    if (name !== this.#recentName || this.#recent === undefined) {
      this.#recentName = name;
      this.#recent = this.cached.get(name);
    }
    return this.#recent;
  }

  create(name: string, file: StoredFile): void {
    this.cached.set(name, file);
    this.#change({ name, file, from: undefined, lied: false });
  }

  remove(name: string): void {
    this.cached.delete(name);
    this.#change({ name, file: undefined, from: undefined, lied: false });
  }

  rename(from: string, name: string, file: StoredFile): void {
    this.cached.delete(from);
    this.cached.set(name, file);
    this.#change({ name, file, from, lied: false });
  }

  #change(change: NameChange): void {
    this.#recent = undefined;
    this.#pending.push(change);
    if (this.#pending.length < pendingLimit) return;
    for (const old of this.#pending.splice(0, pendingLimit / 2)) this.#settle(old);
  }

  /** Makes the changes in a directory durable, and those that they build on. */
  syncDirectory(directory: string, lying: boolean): void {
    const pending = this.#pending;
    if (pending.length === 0) return;
    if (!lying && pending.every((change) => staysIn(change, directory))) {
      // Most disks have one directory: then all changes are covered.
      for (const change of pending) this.#settle(change);
      this.#pending = [];
      return;
    }
    const names = new Set<string>();
    const files = new Set<StoredFile>();
    const covered = new Set<NameChange>();
    for (let at = pending.length - 1; at >= 0; at--) {
      const change = pending[at] as NameChange;
      const { name, from, file } = change;
      const wanted =
        directoryOf(name) === directory ||
        names.has(name) ||
        (from !== undefined && (directoryOf(from) === directory || names.has(from))) ||
        (file !== undefined && files.has(file));
      if (!wanted) continue;
      covered.add(change);
      names.add(name);
      if (from !== undefined) names.add(from);
      if (file !== undefined) files.add(file);
    }
    for (const change of pending) {
      if (!covered.has(change)) continue;
      if (!lying) this.#settle(change);
      else if (!change.lied) {
        this.#apply(change, false);
        this.#account(change);
        change.lied = true;
      }
    }
    if (!lying) this.#pending = pending.filter((change) => !covered.has(change));
  }

  /** Keeps a subset of the unsynced changes; then the cache is what is actually there. */
  losePower(stream: Stream): void {
    this.#recent = undefined;
    const lostNames = new Set<string>();
    const lostFiles = new Set<StoredFile>();
    for (const change of this.#pending) {
      const { name, from, file } = change;
      const blocked =
        lostNames.has(name) ||
        (from !== undefined && lostNames.has(from)) ||
        (file !== undefined && lostFiles.has(file));
      if (!blocked && stream.below(survivesPoint, hashText(name), 2) === 1) {
        this.#settle(change);
        continue;
      }
      lostNames.add(name);
      if (from !== undefined) lostNames.add(from);
      if (file !== undefined) lostFiles.add(file);
    }
    this.#pending = [];
    this.cached = new Map(this.actual);
  }

  /** Another, empty disk: what was promised is owed still. */
  wipe(): void {
    this.#recent = undefined;
    for (const name of [...this.actual.keys()]) {
      this.#set(name, undefined, true);
      this.#judge(name);
    }
    this.#pending = [];
    this.cached = new Map();
  }

  #settle(change: NameChange): void {
    this.#apply(change, true);
    if (!change.lied) this.#apply(change, false);
    this.#account(change);
  }

  /** Notes whether the names of a change stand for what was promised, once both sides have it. */
  #account({ name, from }: NameChange): void {
    this.#judge(name);
    if (from !== undefined) this.#judge(from);
  }

  #judge(name: string): void {
    if (this.promised.get(name) !== this.actual.get(name)) this.damaged.add(name);
    else if (this.damaged.size > 0) this.damaged.delete(name);
  }

  #apply({ name, file, from }: NameChange, actual: boolean): void {
    const names = actual ? this.actual : this.promised;
    if (from !== undefined && names.get(from) === file) this.#set(from, undefined, actual);
    this.#set(name, file, actual);
  }

  #count(file: StoredFile, by: number, actual: boolean): void {
    if (actual) file.actualNames += by;
    else {
      file.promisedNames += by;
      this.#promiseMoved(file);
    }
  }

  #set(name: string, file: StoredFile | undefined, actual: boolean): void {
    const names = actual ? this.actual : this.promised;
    const before = names.get(name);
    if (before === file) return;
    if (file === undefined) names.delete(name);
    else names.set(name, file);
    if (before !== undefined) this.#count(before, -1, actual);
    if (file !== undefined) this.#count(file, 1, actual);
  }
}
