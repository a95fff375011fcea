import type { StorageTimings } from '../../src/systems/storage/timings.ts';

/** What one plan, or one change of code, has moved one way at one server. */
export interface Share {
  readonly chunk: number;
  /** Of the entry with which it was begun: their order is that of their time. */
  readonly index: number;
  readonly atUs: number;
  readonly isUrgent: boolean;
  bytes: number;
}

/** Kept one by one; of older ones the sum alone, and what they still move is not counted. */
const mostShares = 64;

/**
 * What may go one way at one server, as a bucket that fills with time. It is gone through anew whenever
 * something arrives: what was begun first is paid first, whenever it comes.
 */
export class Account {
  readonly #timings: StorageTimings;
  readonly #shares: Share[] = [];
  #tokens: number;
  /** The last of those of which the sum alone is kept. */
  #index = 0;
  #atUs = 0;

  constructor(timings: StorageTimings) {
    this.#timings = timings;
    this.#tokens = timings.repairBurstBytes;
  }

  /** Takes in what was begun, at its place among the others. */
  open(begun: Pick<Share, 'chunk' | 'index' | 'atUs' | 'isUrgent'>): Share {
    const share: Share = { ...begun, bytes: 0 };
    if (share.index < this.#index) return share;
    const behind = this.#shares.findIndex(({ index }) => index > share.index);
    this.#shares.splice(behind < 0 ? this.#shares.length : behind, 0, share);
    if (this.#shares.length > mostShares) {
      const { index, atUs, bytes } = this.#shares.shift()!;
      this.#tokens = this.#filled(this.#tokens, atUs - this.#atUs) - bytes;
      [this.#index, this.#atUs] = [index, atUs];
    }
    return share;
  }

  /** The first that had to wait when it was begun, and what was left then. */
  overdrawn(): { readonly share: Share; readonly tokens: number } | undefined {
    let tokens = this.#tokens;
    let atUs = this.#atUs;
    const burst = this.#timings.repairBurstBytes;
    for (const share of this.#shares) {
      tokens = this.#filled(tokens, share.atUs - atUs);
      atUs = share.atUs;
      // A full bucket lets the largest through. One byte for what both sides round.
      const isShort = share.bytes > 0 && tokens + 1 < Math.min(share.bytes, burst);
      if (isShort && !share.isUrgent) return { share, tokens: Math.floor(tokens) };
      tokens -= share.bytes;
    }
    return undefined;
  }

  #filled(tokens: number, us: number): number {
    const { repairBurstBytes, repairBytesPerSecond, driftBoundPpm } = this.#timings;
    // By the fastest clock that a leader may have.
    const earned = (us * repairBytesPerSecond * (1 + driftBoundPpm / 1_000_000)) / 1_000_000;
    return Math.min(repairBurstBytes, tokens + earned);
  }
}
