import type { Entry } from './types.ts';

/**
 * The log in memory: entries `firstIndex..lastIndex`, of which those up to `stableIndex` are
 * durable. The entry before the first (`firstIndex - 1`) is known by its term alone: it is the last
 * one compacted away, or index 0.
 */
export class RaftLog {
  private entries: Entry[] = [];
  /** Entries at the front of `entries` that are compacted away but not yet moved out. */
  private skipped: number = 0;
  private baseTerm: number;
  firstIndex: number;
  lastIndex: number;
  lastTerm: number;
  stableIndex: number;
  /** Counts truncations and resets. */
  epoch: number = 0;

  /** An empty log that begins behind an entry; 0 and 0 for a log from the start. */
  constructor(baseIndex: number, baseTerm: number) {
    this.firstIndex = baseIndex + 1;
    this.baseTerm = baseTerm;
    this.lastIndex = baseIndex;
    this.lastTerm = baseTerm;
    this.stableIndex = baseIndex;
  }

  entry(index: number): Entry | undefined {
    if (index < this.firstIndex || index > this.lastIndex) return undefined;
    return this.entries[this.skipped + index - this.firstIndex];
  }

  /** The term at an index from `firstIndex - 1` to `lastIndex`; -1 when it is not known. */
  term(index: number): number {
    if (index === this.lastIndex) return this.lastTerm;
    if (index === this.firstIndex - 1) return this.baseTerm;
    if (index < this.firstIndex || index > this.lastIndex) return -1;
    return this.entries[this.skipped + index - this.firstIndex]!.term;
  }

  append(entry: Entry): void {
    if (entry.index !== this.lastIndex + 1 || entry.term < this.lastTerm) {
      throw new Error(`entry ${entry.term}/${entry.index} cannot follow ${this.lastIndex}`);
    }
    this.entries.push(entry);
    this.lastIndex = entry.index;
    this.lastTerm = entry.term;
  }

  /** Drops the entries from `index` on. */
  truncateFrom(index: number): void {
    if (index < this.firstIndex || index > this.lastIndex) {
      throw new Error(`cannot truncate at ${index}: log is ${this.firstIndex}..${this.lastIndex}`);
    }
    const lastTerm = this.term(index - 1);
    this.entries.length = this.skipped + index - this.firstIndex;
    this.lastIndex = index - 1;
    this.lastTerm = lastTerm;
    if (this.stableIndex > this.lastIndex) this.stableIndex = this.lastIndex;
    this.epoch++;
  }

  /** Forgets the entries up to and including `index`; does nothing when they are gone already. */
  compactTo(index: number): void {
    if (index < this.firstIndex) return;
    if (index > this.lastIndex) throw new Error(`cannot compact to ${index}`);
    const term = this.term(index);
    this.skipped += index + 1 - this.firstIndex;
    this.firstIndex = index + 1;
    this.baseTerm = term;
    if (this.skipped > 64 && this.skipped * 2 > this.entries.length) {
      this.entries.splice(0, this.skipped);
      this.skipped = 0;
    }
  }

  /** Empties the log: it begins behind a snapshot now, which is durable. */
  reset(index: number, term: number): void {
    this.entries = [];
    this.skipped = 0;
    this.firstIndex = index + 1;
    this.baseTerm = term;
    this.lastIndex = index;
    this.lastTerm = term;
    this.stableIndex = index;
    this.epoch++;
  }

  /**
   * Entries from `from` on: at most `maxEntries`, and at most `maxBytes` of data but for the first,
   * which is always given.
   */
  slice(from: number, maxEntries: number, maxBytes: number): readonly Entry[] {
    const result: Entry[] = [];
    let bytes = 0;
    let at = this.skipped + from - this.firstIndex;
    const end = Math.min(this.entries.length, at + maxEntries);
    for (; at < end; at++) {
      const entry = this.entries[at]!;
      bytes += entry.data.length;
      if (result.length > 0 && bytes > maxBytes) break;
      result.push(entry);
    }
    return result;
  }

  /**
   * The largest index up to `index` with a term of at most `term`; `firstIndex - 1` if none. Terms
   * never decrease along the log, so halving finds it.
   */
  lastIndexWithin(index: number, term: number): number {
    let low = this.firstIndex - 1;
    let high = index < this.lastIndex ? index : this.lastIndex;
    while (low < high) {
      const middle = high - ((high - low) >> 1);
      if (this.term(middle) <= term) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Whether a log that ends like this is at least as complete as this one (Raft, section 5.4.1). */
  isUpToDate(lastIndex: number, lastTerm: number): boolean {
    return lastTerm > this.lastTerm || (lastTerm === this.lastTerm && lastIndex >= this.lastIndex);
  }
}
