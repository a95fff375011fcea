import { mix } from '../../src/index.ts';

/** Prefix hash of the empty log. */
export const emptyPrefix = 0;

/** In place of the prefix hash of a log that nobody remembers any more. */
export const unknownPrefix = -2;

/**
 * A log reduced to three numbers for each index: term, hash of the entry, and prefix hash, which
 * stands for all entries up to there. Two logs are equal up to i if their prefix hashes at i are,
 * so a statement about whole logs costs one comparison.
 *
 * Begins behind a base, as a compacted log does.
 */
export class Chain {
  base = 0;
  #basePrefix = emptyPrefix;
  #baseTerm = 0;
  /** Position of index base + 1 in the columns: what lies before it was dropped. */
  #start = 0;
  readonly #terms: number[] = [];
  readonly #hashes: number[] = [];
  readonly #prefixes: number[] = [];

  get last(): number {
    return this.base + this.#terms.length - this.#start;
  }

  get lastTerm(): number {
    return this.term(this.last);
  }

  /** Term at an index, also at the base; -1 outside. */
  term(index: number): number {
    if (index === this.base) return this.#baseTerm;
    return this.#terms[this.#position(index)] ?? -1;
  }

  /** Hash of the entry at an index; -1 outside. */
  hash(index: number): number {
    return this.#hashes[this.#position(index)] ?? -1;
  }

  /** Prefix hash at an index, also at the base; -1 outside. */
  prefix(index: number): number {
    if (index === this.base) return this.#basePrefix;
    return this.#prefixes[this.#position(index)] ?? -1;
  }

  #position(index: number): number {
    return index > this.base ? this.#start + index - this.base - 1 : -1;
  }

  /** Adds the entry behind the last one. */
  push(term: number, hash: number): void {
    const prefix = mix(this.prefix(this.last), hash);
    this.#terms.push(term);
    this.#hashes.push(hash);
    this.#prefixes.push(prefix);
  }

  /** Forgets all entries above an index. */
  cutAfter(index: number): void {
    if (index >= this.last) return;
    const kept = Math.max(this.#start, this.#position(index) + 1);
    this.#terms.length = kept;
    this.#hashes.length = kept;
    this.#prefixes.length = kept;
  }

  /** Forgets all entries up to an index, which becomes the base. */
  dropUpTo(index: number): void {
    if (index <= this.base || index > this.last) return;
    const [term, prefix] = [this.term(index), this.prefix(index)];
    this.#start += index - this.base;
    this.base = index;
    this.#baseTerm = term;
    this.#basePrefix = prefix;
    if (this.#start < 1_024 || this.#start * 2 < this.#terms.length) return;
    this.#terms.splice(0, this.#start);
    this.#hashes.splice(0, this.#start);
    this.#prefixes.splice(0, this.#start);
    this.#start = 0;
  }

  /**
   * Forgets all entries up to an index at which the prefix hash is known after all, though it was not
   * where the chain begins: those behind it follow from there.
   */
  anchor(index: number, prefix: number): void {
    this.dropUpTo(index);
    if (this.base !== index) return;
    this.#basePrefix = prefix;
    let last = prefix;
    for (let at = this.#start; at < this.#hashes.length; at += 1) {
      last = mix(last, this.#hashes[at] as number);
      this.#prefixes[at] = last;
    }
  }

  /** Empties the chain; it then begins behind `base`. */
  restart(base: number, term: number, prefix: number): void {
    this.base = base;
    this.#baseTerm = term;
    this.#basePrefix = prefix;
    this.#start = 0;
    this.#terms.length = 0;
    this.#hashes.length = 0;
    this.#prefixes.length = 0;
  }
}
