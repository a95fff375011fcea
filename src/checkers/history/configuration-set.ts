/** As a power of two: comparisons of configurations that take about as long as a step of search. */
export const comparisonsPerStep = 3;

/**
 * Configurations that a search has met: a state, a set of operations taken (as bits), and how many
 * of each class of `maybe` operations were used. One that used no more of any class can do all that
 * another with the same state and bits can, so the other need not be looked at.
 */
export class ConfigurationSet {
  readonly #usedLength: number;
  /** Heads of chains into the arena, 0: none. */
  #table = new Int32Array(64);
  /** Rows: next in chain, hash, state, first word, number of words, words, used. */
  #arena = new Int32Array(1_024);
  #top = 1;
  #count = 0;
  /** Configurations that were compared since somebody last set it to 0: work that `add` did. */
  compared = 0;

  /** @param usedLength length of the vectors of use */
  constructor(usedLength: number) {
    this.#usedLength = usedLength;
  }

  /** Configurations held. */
  get size(): number {
    return this.#count;
  }

  /** Forgets all. */
  clear(): void {
    if (this.#count === 0) return;
    if (this.#table.length > 64 && this.#count * 8 < this.#table.length) {
      this.#table = new Int32Array(64);
    } else {
      this.#table.fill(0);
    }
    this.#top = 1;
    this.#count = 0;
  }

  /**
   * Adds a configuration unless one that can do as much is there.
   * @param hash of state and words; equal for equal ones
   * @returns whether it was added
   */
  add(hash: number, state: number, words: Int32Array, used: Int32Array): boolean {
    let first = 0;
    while (first < words.length && words[first] === -1) first++;
    let end = words.length;
    while (end > first && words[end - 1] === 0) end--;
    const arena = this.#arena;
    const bucket = hash & (this.#table.length - 1);
    for (let row = this.#table[bucket]!; row !== 0; row = arena[row]!) {
      this.compared++;
      if (
        arena[row + 1] === hash &&
        arena[row + 2] === state &&
        arena[row + 3] === first &&
        arena[row + 4] === end - first &&
        this.#sameWords(row + 5, words, first, end) &&
        this.#usesNoMore(row + 5 + end - first, used)
      ) {
        return false;
      }
    }
    this.#insert(hash, state, words, first, end, used);
    return true;
  }

  #sameWords(at: number, words: Int32Array, first: number, end: number): boolean {
    for (let i = first; i < end; i++) {
      if (this.#arena[at + i - first] !== words[i]) return false;
    }
    return true;
  }

  #usesNoMore(at: number, used: Int32Array): boolean {
    for (let i = 0; i < this.#usedLength; i++) {
      if (this.#arena[at + i]! > used[i]!) return false;
    }
    return true;
  }

  #insert(
    hash: number,
    state: number,
    words: Int32Array,
    first: number,
    end: number,
    used: Int32Array,
  ): void {
    const length = 5 + end - first + this.#usedLength;
    if (this.#top + length > this.#arena.length) {
      const grown = new Int32Array(Math.max(2 * this.#arena.length, this.#top + length));
      grown.set(this.#arena);
      this.#arena = grown;
    }
    if (this.#count >= this.#table.length) this.#rehash();
    const arena = this.#arena;
    const bucket = hash & (this.#table.length - 1);
    let at = this.#top;
    const row = at;
    arena[at++] = this.#table[bucket]!;
    arena[at++] = hash;
    arena[at++] = state;
    arena[at++] = first;
    arena[at++] = end - first;
    for (let i = first; i < end; i++) arena[at++] = words[i]!;
    for (let i = 0; i < this.#usedLength; i++) arena[at++] = used[i]!;
    this.#table[bucket] = row;
    this.#top = at;
    this.#count++;
  }

  #rehash(): void {
    const old = this.#table;
    const table = new Int32Array(2 * old.length);
    const arena = this.#arena;
    for (const head of old) {
      for (let row = head; row !== 0; ) {
        const next = arena[row]!;
        const bucket = arena[row + 1]! & (table.length - 1);
        arena[row] = table[bucket]!;
        table[bucket] = row;
        row = next;
      }
    }
    this.#table = table;
  }
}

/** Spreads the bits of an integer over 32 bits. */
export function mix(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
