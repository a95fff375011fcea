import type { SweepProgress } from './run-contract.ts';
import type { SweepCensus } from './sweep-census.ts';

const everyMs = 200;

/** Tells the progress of a sweep, a few times a second. */
export class ProgressTeller {
  readonly #census: SweepCensus;
  readonly #total: number | undefined;
  readonly #listener: ((progress: SweepProgress) => void) | undefined;
  readonly #began = performance.now();
  #last = Number.NEGATIVE_INFINITY;
  #done = 0;

  constructor(
    census: SweepCensus,
    total: number | undefined,
    listener: ((progress: SweepProgress) => void) | undefined,
  ) {
    this.#census = census;
    this.#total = total;
    this.#listener = listener;
  }

  /** `done` counts seeds that are finished, those that still wait for an earlier one too. */
  tell(now: boolean, done: number = this.#done): void {
    this.#done = done;
    const time = performance.now();
    if (this.#listener === undefined || (!now && time - this.#last < everyMs)) return;
    this.#last = time;
    const seconds = (time - this.#began) / 1_000;
    const rate = seconds > 0 ? done / seconds : 0;
    const { held, broken, inconclusive, steps } = this.#census;
    this.#listener({
      done,
      total: this.#total,
      held,
      broken,
      inconclusive,
      seedsPerSecond: rate,
      secondsLeft:
        this.#total === undefined || rate === 0 ? undefined : (this.#total - done) / rate,
      steps,
    });
  }
}
