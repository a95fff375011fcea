import type { Entry } from '../../src/systems/raft/types.ts';
import type { LogReader } from '../../src/systems/raft/view.ts';
import { Chain } from './chain.ts';
import { entryHash } from './entry-hash.ts';

/**
 * Gives the prefix hash at a compacted index, which a chain cannot compute itself: the canonical one
 * when the term is -1 (not known) or agrees, else that of the entry of this name. -2: there is none.
 */
export type PrefixAt = (term: number, index: number) => number;

/**
 * What the checker knows of one node's log in memory. `follow` reads only what changed: it goes back
 * from the end to the first entry that is the very object it saw before.
 */
export class LogMirror {
  #chain: Chain = new Chain();
  /** The entries themselves, from `#refsFrom` on. */
  #refs: Entry[] = [];
  #refsFrom = 1;

  /** Of the last `follow`: entries that are new, `newFrom` to `newTo`; none when `newTo` is less. */
  newFrom = 1;
  newTo = 0;
  /** Of the last `follow`: lowest index whose old entry is gone or another one; 0: none. */
  replacedFrom = 0;
  /** Of the last `follow`: an index inside the log at which there is no entry; 0: none. */
  holeAt = 0;

  get chain(): Chain {
    return this.#chain;
  }

  entry(index: number): Entry | undefined {
    return this.#refs[index - this.#refsFrom];
  }

  /** Whether the end of the log is not what it was, whatever the marks say. */
  isRewritten(log: LogReader): boolean {
    const { lastIndex } = log;
    return lastIndex >= this.#refsFrom && log.entry(lastIndex) !== this.entry(lastIndex);
  }

  /** Gives the chain away, and begins an empty one. */
  handOver(): Chain {
    const given = this.#chain;
    this.#chain = new Chain();
    this.forget();
    return given;
  }

  /** A new life has an empty memory. */
  forget(): void {
    this.chain.restart(0, 0, 0);
    this.#refs = [];
    this.#refsFrom = 1;
    this.replacedFrom = 0;
    this.holeAt = 0;
    this.newTo = 0;
  }

  follow(log: LogReader, prefixAt: PrefixAt): void {
    const { chain } = this;
    const base = log.firstIndex - 1;
    this.replacedFrom = 0;
    this.holeAt = 0;
    const term = log.term(base);
    // A snapshot may come in over a log that holds another entry where the snapshot ends: the end
    // of that log is gone, although the index of the new base lies inside of it.
    const isOverridden = base >= chain.base && base <= chain.last && chain.term(base) !== term;
    if (base > chain.last || base < chain.base || isOverridden) {
      if (isOverridden) this.replacedFrom = base;
      chain.restart(base, term, base === 0 ? 0 : prefixAt(term, base));
      this.#refs = [];
      this.#refsFrom = base + 1;
    }
    this.#readTail(log, this.#commonEnd(log, base));
    chain.dropUpTo(base);
    this.#dropRefs(base);
  }

  #commonEnd(log: LogReader, base: number): number {
    let index = Math.min(log.lastIndex, this.chain.last);
    const floor = Math.max(base, this.chain.base);
    while (index > floor && this.entry(index) !== log.entry(index)) index -= 1;
    return index;
  }

  #readTail(log: LogReader, from: number): void {
    const { chain } = this;
    const oldLast = chain.last;
    this.newFrom = oldLast + 1;
    this.newTo = oldLast;
    for (let index = from + 1; index <= log.lastIndex; index += 1) {
      const entry = log.entry(index);
      if (entry === undefined) {
        this.holeAt = index;
        break;
      }
      const hash = entryHash(entry);
      const isOld = this.replacedFrom === 0 && index <= oldLast;
      if (isOld && chain.hash(index) !== hash) this.#cut(index);
      if (index > chain.last) chain.push(entry.term, hash);
      this.#refs[index - this.#refsFrom] = entry;
    }
    if (log.lastIndex < chain.last) this.#cut(log.lastIndex + 1);
    this.newTo = chain.last;
  }

  #cut(from: number): void {
    this.replacedFrom = this.replacedFrom === 0 ? from : Math.min(this.replacedFrom, from);
    this.newFrom = from;
    this.chain.cutAfter(from - 1);
    this.#refs.length = Math.max(0, from - this.#refsFrom);
  }

  #dropRefs(base: number): void {
    const stale = base + 1 - this.#refsFrom;
    if (stale < 256) return;
    this.#refs.splice(0, stale);
    this.#refsFrom += stale;
  }
}
