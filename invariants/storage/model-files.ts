import type { Inode } from '../../src/systems/storage/metadata/rows.ts';
import { type ClosedHandle, ModelLocks } from './model-locks.ts';

/** An inode as the model has it. */
export interface ModelInode {
  readonly kind: Inode['kind'];
  /** The directory of each link; one for each name. */
  readonly parents: number[];
  readonly entries: Map<string, number>;
  sizeBytes: number;
  trashUs: number;
  readonly frozen: boolean;
  readonly opens: Map<number, number>;
  /** When it is thrown away for good; -1 while it is not in the trash. */
  trashedUntilUs: number;
  /** Which name it had last, and until when; empty while it is not in the trash. */
  trashedFrom: string;
}

/** The root directory. */
const root = 1;

/**
 * Names, links, lengths and open files by the book, in the plainest way: what they are after each
 * committed command that succeeded. Written from the manual pages, not from the system's code.
 *
 * Every change costs what it touches; what was touched since `forget` is kept for whoever compares.
 */
export class ModelFiles {
  readonly inodes: Map<number, ModelInode> = new Map();
  readonly quotas: Set<number> = new Set();
  /** Inodes that are in the trash. */
  readonly trash: Set<number> = new Set();
  /** Sessions of a mirror; all others are clients'. */
  readonly mirrors: Set<number> = new Set();
  /** What each session has open. */
  readonly openOf: Map<number, Set<number>> = new Map();
  readonly locks: ModelLocks = new ModelLocks();
  /** Inodes, and names as `directory/name`, that were touched. */
  readonly touchedInodes: Set<number> = new Set();
  readonly touchedNames: Map<string, { readonly directory: number; readonly name: string }> =
    new Map();
  /** The highest inode ever seen. */
  highest: number = root;

  constructor() {
    this.inodes.set(root, newInode('directory'));
  }

  forget(): void {
    this.touchedInodes.clear();
    this.touchedNames.clear();
    this.locks.forget();
  }

  directory(inode: number): ModelInode | undefined {
    const found = this.inodes.get(inode);
    return found?.kind === 'directory' ? found : undefined;
  }

  lookup(parent: number, name: string): number | undefined {
    return this.inodes.get(parent)?.entries.get(name);
  }

  /** Whether `directory` is `top` or below it. */
  isWithin(directory: number, top: number): boolean {
    for (let at: number | undefined = directory; at !== undefined; ) {
      if (at === top) return true;
      at = this.inodes.get(at)?.parents[0];
    }
    return false;
  }

  /** Whether a directory above or at this one has a quota. */
  isLimited(directory: number): boolean {
    for (let at: number | undefined = directory; at !== undefined; ) {
      if (this.quotas.has(at)) return true;
      at = this.inodes.get(at)?.parents[0];
    }
    return false;
  }

  make(inode: number, made: ModelInode): void {
    this.inodes.set(inode, made);
    this.highest = Math.max(this.highest, inode);
    this.touchedInodes.add(inode);
  }

  addName(parent: number, name: string, inode: number): void {
    this.inodes.get(parent)!.entries.set(name, inode);
    this.inodes.get(inode)!.parents.push(parent);
    this.#touch(parent, name, inode);
  }

  dropName(parent: number, name: string): number {
    const { entries } = this.inodes.get(parent)!;
    const inode = entries.get(name)!;
    entries.delete(name);
    const { parents } = this.inodes.get(inode)!;
    parents.splice(parents.indexOf(parent), 1);
    this.#touch(parent, name, inode);
    return inode;
  }

  #touch(parent: number, name: string, inode: number): void {
    this.touchedInodes.add(parent);
    this.touchedInodes.add(inode);
    this.touchedNames.set(`${parent}/${name}`, { directory: parent, name });
  }

  /** Takes a name away; what it led to goes to the trash or ends when nothing holds it. */
  removeName(parent: number, name: string, timeUs: number): void {
    const inode = this.dropName(parent, name);
    const node = this.inodes.get(inode)!;
    if (node.parents.length > 0) return;
    if (node.kind === 'file' && node.trashUs > 0) {
      node.trashedUntilUs = timeUs + node.trashUs;
      node.trashedFrom = trashedFrom(parent, name, timeUs);
      this.trash.add(inode);
    } else this.#endUnheld(inode);
  }

  /** Takes away a whole tree, without a way back. */
  removeTree(parent: number, name: string): void {
    const inode = this.lookup(parent, name)!;
    for (const entry of [...this.inodes.get(inode)!.entries.keys()]) this.removeTree(inode, entry);
    this.dropName(parent, name);
    this.#endUnheld(inode);
  }

  #endUnheld(inode: number): void {
    const node = this.inodes.get(inode)!;
    const isHeld = node.opens.size > 0 || node.parents.length > 0 || node.trashedUntilUs >= 0;
    if (isHeld) return;
    this.inodes.delete(inode);
    this.quotas.delete(inode);
    this.touchedInodes.add(inode);
  }

  open(session: number, inode: number): void {
    const { opens } = this.inodes.get(inode)!;
    opens.set(session, (opens.get(session) ?? 0) + 1);
    const all = this.openOf.get(session);
    if (all === undefined) this.openOf.set(session, new Set([inode]));
    else all.add(inode);
    this.touchedInodes.add(inode);
  }

  /** @param closed which handle; null: all that the session has of the file */
  close(session: number, inode: number, closed: ClosedHandle | null): void {
    const { opens } = this.inodes.get(inode)!;
    const left = closed === null ? 0 : opens.get(session)! - 1;
    if (left > 0) {
      opens.set(session, left);
      this.locks.handleClosed(session, inode, closed!);
    } else {
      opens.delete(session);
      this.openOf.get(session)!.delete(inode);
      this.locks.closed(session, inode);
    }
    this.touchedInodes.add(inode);
    this.#endUnheld(inode);
  }

  outOfTrash(inode: number): void {
    const node = this.inodes.get(inode)!;
    node.trashedUntilUs = -1;
    node.trashedFrom = '';
    this.trash.delete(inode);
    this.touchedInodes.add(inode);
    this.#endUnheld(inode);
  }

  /** Copies a tree; inodes are numbered from `next` on, parents before children, names in order. */
  copy(source: number, parent: number, name: string, frozen: boolean, next: number): number {
    const node = this.inodes.get(source)!;
    const { kind, sizeBytes, trashUs } = node;
    const names = [...node.entries].sort(([a], [b]) => (a < b ? -1 : 1));
    this.make(next, { ...newInode(kind), sizeBytes, trashUs, frozen });
    let after = next + 1;
    for (const [entry, inode] of names) after = this.copy(inode, next, entry, frozen, after);
    this.addName(parent, name, next);
    return after;
  }
}

/** What the trash keeps of the place where a file was. */
export function trashedFrom(parent: number, name: string, sinceUs: number): string {
  return `${parent}/${name} at ${sinceUs}`;
}

/** An inode without names. */
export function newInode(kind: Inode['kind']): ModelInode {
  return {
    kind,
    parents: [],
    entries: new Map(),
    sizeBytes: 0,
    trashUs: 0,
    frozen: false,
    opens: new Map(),
    trashedUntilUs: -1,
    trashedFrom: '',
  };
}
