/** What a nonce is made of, next to the key. */
export interface SealPlace {
  /** Of a committed entry. */
  readonly index: number;
  readonly field: number;
}

/** How many places there are at one index. */
const places = 65_536;

/**
 * The places at which one leader seals. Each leader takes the index of the entry that opened its
 * term: it is committed, and no other leader has it. Counting goes on within the term alone; whoever
 * loses the count has lost the leadership too, and counts anew at another index. A proposal that is
 * never committed costs a place and nothing else.
 */
export class SealSequence {
  private readonly index: number;
  private used: number = 0;

  /** @param index of the committed entry that this leader began its term with, or of a later one of its own */
  constructor(index: number) {
    this.index = index;
  }

  /** How many places are left; at 0 the leader commits another entry and begins there. */
  get left(): number {
    return places - this.used;
  }

  /** The next place. Throws a RangeError when none is left. */
  take(): SealPlace {
    if (this.left === 0) throw new RangeError('no place left at this index');
    return { index: this.index, field: this.used++ };
  }
}
