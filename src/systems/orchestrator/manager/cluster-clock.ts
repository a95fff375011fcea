import type { Clock } from '../../../sim/env.ts';

/**
 * What time the cluster has, as one manager knows it in one life: from entries of leaders that it
 * followed, and from then on by its own monotonic clock. A wall clock is needed after a start only;
 * one that has jumped does not take the time of the log along, which never goes back and by which
 * certificates are judged.
 */
export class ClusterClock {
  readonly #clock: Pick<Clock, 'wallUs' | 'monotonicUs'>;
  readonly #mostAheadUs: number;
  /** What is added to the monotonic clock; null while nobody has told the time. */
  #offsetUs: number | null = null;

  /** @param mostAheadUs a wall clock that is ahead by more than this of what is known is wrong */
  constructor(clock: Pick<Clock, 'wallUs' | 'monotonicUs'>, mostAheadUs: number) {
    this.#clock = clock;
    this.#mostAheadUs = mostAheadUs;
  }

  /** Somebody who leads, or has led just now, has this time. */
  heard(timeUs: number): void {
    const offsetUs = timeUs - this.#clock.monotonicUs();
    if (this.#offsetUs === null || offsetUs > this.#offsetUs) this.#offsetUs = offsetUs;
  }

  /** The time with which a leadership begins, if the log does not have a later one. */
  nowUs(): number {
    const wallUs = Math.max(0, this.#clock.wallUs());
    if (this.#offsetUs === null) return wallUs;
    const knownUs = this.#clock.monotonicUs() + this.#offsetUs;
    return wallUs > knownUs + this.#mostAheadUs ? knownUs : wallUs;
  }
}
