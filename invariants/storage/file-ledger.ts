import type { FileHistory } from '../../src/index.ts';
import { BufferedWrites } from './buffered-writes.ts';

/** A write that is over for certain: its bytes are in the file until others take their place. */
export interface Acknowledged {
  readonly operation: number;
  readonly writer: number;
  /** Offsets in the file; `to` is the first byte behind. */
  readonly from: number;
  readonly to: number;
  readonly invokedUs: number;
  /** When it counted for everybody: at its return, or with the sync or close that sent it. */
  readonly completedUs: number;
  readonly isAppend: boolean;
}

/** A file was made so long, or so short, for certain. */
export interface Cut {
  readonly operation: number;
  readonly sizeBytes: number;
  readonly invokedUs: number;
  readonly completedUs: number;
}

/** What clients have been told about the contents of files, by inode. */
export class FileLedger {
  readonly history: FileHistory;
  readonly #acknowledged: Map<number, Acknowledged[]> = new Map();
  /** By writer: when its bytes were there for certain. */
  readonly #completedUs: Map<number, number> = new Map();
  readonly #inodeOf: Map<number, number> = new Map();
  /** Operations that shorten a file; which one, a path does not tell for certain. */
  readonly #cuts: number[] = [];
  readonly #buffered: BufferedWrites;
  #noted = 0;
  /** Contents have been copied from inode to inode. */
  hasClones = false;
  /** By index of a command: how many operations had begun when the one that gave it was over. */
  readonly #overSince: Map<number, number> = new Map();
  /** Of each inode: when it was made shorter for certain, and to how many bytes. */
  readonly #cutsOf: Map<number, Cut[]> = new Map();
  /** Operations that are over and not judged yet. */
  readonly finished: number[] = [];

  constructor(history: FileHistory) {
    this.history = history;
    this.#buffered = new BufferedWrites(history);
    history.onComplete((operation) => {
      this.finished.push(operation);
      for (const { index, query } of history.answer[operation]?.steps ?? []) {
        if (query === null && index > 0) this.#overSince.set(index, history.length);
      }
    });
  }

  /** Whether whoever changed something by an entry was done with it when an operation began. */
  wasOver(index: number, operation: number): boolean {
    const since = this.#overSince.get(index);
    return since !== undefined && since <= operation;
  }

  /** Takes in what was invoked since, and what is over. To be called before anything is asked. */
  follow(operation: number): void {
    const { history } = this;
    for (; this.#noted < history.length; this.#noted += 1) this.#invoked(this.#noted);
    const answer = history.answer[operation];
    if (answer === undefined) return;
    const call = history.call[operation]!;
    if (answer.errno !== null) {
      this.#buffered.failed(operation);
      return;
    }
    this.#buffered.succeeded(operation);
    if (call.do === 'open') this.#buffered.opened(operation);
    else if (call.do === 'ftruncate') this.#cut(operation, answer.inode, call.sizeBytes);
    else if (call.do === 'write' || call.do === 'append') this.#written(operation);
    else if (call.do === 'fsync' || call.do === 'close') this.#synced(operation, call.handle);
  }

  #invoked(operation: number): void {
    const call = this.history.call[operation]!;
    if (call.do === 'clone' || call.do === 'snapshot') this.hasClones = true;
    const cuts =
      call.do === 'truncate' ||
      call.do === 'ftruncate' ||
      (call.do === 'open' && call.flags.truncate);
    if (cuts) this.#cuts.push(operation);
    this.#buffered.began(operation);
  }

  #cut(operation: number, inode: number, sizeBytes: number): void {
    const invokedUs = this.history.invokedUs[operation]!;
    const completedUs = this.history.completedUs[operation]!;
    const cuts = this.#cutsOf.get(inode) ?? [];
    cuts.push({ operation, sizeBytes, invokedUs, completedUs });
    this.#cutsOf.set(inode, cuts);
  }

  cutsOf(inode: number): readonly Cut[] {
    return this.#cutsOf.get(inode) ?? [];
  }

  #written(operation: number): void {
    const { history } = this;
    const { inode, result } = history.answer[operation]!;
    const call = history.call[operation]!;
    if (result.kind !== 'number' || inode === 0) return;
    if (call.do !== 'write' && call.do !== 'append') return;
    const isAppend = call.do === 'append';
    const from = call.do === 'write' ? call.offset : result.number;
    const to = from + (isAppend ? call.bytes.length : result.number);
    const writer = history.writer[operation]!;
    const invokedUs = history.invokedUs[operation]!;
    const write = { operation, writer, from, to, invokedUs, isAppend };
    this.#inodeOf.set(writer, inode);
    if (history.mode[operation] === 'strict' || isAppend) {
      this.#acknowledge(inode, { ...write, completedUs: history.completedUs[operation]! });
    } else {
      this.#buffered.add(inode, write);
    }
  }

  /** What the client had written to that file before counts now. */
  #synced(operation: number, handle: number): void {
    const { inode } = this.history.answer[operation]!;
    for (const write of this.#buffered.synced(operation, handle)) this.#acknowledge(inode, write);
  }

  #acknowledge(inode: number, write: Acknowledged): void {
    const all = this.#acknowledged.get(inode);
    if (all === undefined) this.#acknowledged.set(inode, [write]);
    else all.push(write);
    this.#completedUs.set(write.writer, write.completedUs);
  }

  acknowledged(inode: number): readonly Acknowledged[] {
    return this.#acknowledged.get(inode) ?? [];
  }

  /** When a writer's bytes were there for certain; infinity: they may still come. */
  completedUs(writer: number): number {
    return this.#completedUs.get(writer) ?? Number.POSITIVE_INFINITY;
  }

  /** The inode that a writer wrote to, where an answer told it; 0: unknown. */
  inodeOf(writer: number): number {
    return this.#inodeOf.get(writer) ?? 0;
  }

  /** Whether some file may have been cut after this time. */
  mayBeCutAfter(timeUs: number): boolean {
    const { history } = this;
    for (let at = this.#cuts.length - 1; at >= 0; at -= 1) {
      const operation = this.#cuts[at]!;
      // One whose end nobody knows may take effect at any time.
      if (history.outcomeName(operation) === 'info') return true;
      if (history.completedUs[operation]! >= timeUs) return true;
    }
    return false;
  }
}
