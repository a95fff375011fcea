import { choicePoint } from './choice-point.ts';
import type { Stream } from './choices.ts';

const priorityPoint = choicePoint('priority');
/** How long a drawn order of priorities lasts. */
const periodUs = 100_000;
const ranks = 8;
/** Bits of a key that say which node: the rest is the period. */
const nodeBits = 5;

/** How long a node lags behind by its rank. */
export function lagUs(horizonUs: number, rank: number): number {
  return Math.floor((horizonUs * rank) / ranks);
}

/** Whose rank a choice of this key is. */
export function rankedNode(key: number): number {
  return key & ((1 << nodeBits) - 1);
}

/**
 * Delays the events of whole nodes by a drawn rank within a horizon, so that one node runs ahead of
 * another for a while: orders that independent delays of single messages hardly ever give.
 * After probabilistic concurrency testing (Burckhardt and others, 2010).
 */
export class SchedulingPriority {
  readonly #stream: Stream;
  readonly #horizonUs: number;
  readonly #servers: number;
  readonly #ranks: number[] = [];
  #period = -1;

  constructor(stream: Stream, horizonUs: number, servers: number) {
    this.#stream = stream;
    this.#horizonUs = horizonUs;
    this.#servers = servers;
  }

  /** Extra delay of what happens next at a node. */
  delayUs(node: number, nowUs: number): number {
    if (this.#horizonUs === 0 || node >= this.#servers) return 0;
    const period = Math.floor(nowUs / periodUs);
    if (period !== this.#period) {
      this.#period = period;
      for (let at = 0; at < this.#servers; at++) {
        this.#ranks[at] = this.#stream.below(priorityPoint, (period << nodeBits) + at, ranks);
      }
    }
    return lagUs(this.#horizonUs, this.#ranks[node] as number);
  }
}
