import { speeds } from '../commands.ts';
import type { Trail } from './trail.ts';

/** Steps between two looks at the clock. */
const chunkSteps = 512;
/** Steps a second from which lines of steps are not recorded with details: nobody could read them. */
const detailedBelow = 20_000;
const measuredMs = 1_000;
const realTimeIndex: number = speeds.indexOf(1);

interface Sample {
  readonly ms: number;
  readonly timeUs: number;
  readonly steps: number;
}

/** Plays a trail at a speed, and measures how fast it really goes. */
export class Player {
  speed: number = realTimeIndex;
  readonly #nowMs: () => number;
  #anchor: Sample | undefined;
  #samples: Sample[] = [];

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** @param index of `speeds`; the nearest when out of range */
  setSpeed(index: number): void {
    this.speed = Math.max(0, Math.min(speeds.length - 1, Math.round(index)));
    this.#anchor = undefined;
  }

  /** Forgets what was measured: the trail is another, or was paused. */
  reset(): void {
    this.#anchor = undefined;
    this.#samples = [];
  }

  /**
   * Goes on until the trail stands where it should by now, or the time is over.
   * @returns milliseconds until there is more to do; 0: at once
   */
  play(trail: Trail, untilMs: number): number {
    const speed = speeds[this.speed]!;
    const beginMs = this.#nowMs();
    this.#anchor ??= { ms: beginMs, timeUs: trail.timeUs, steps: trail.steps };
    const anchor = this.#anchor;
    trail.chronicle.detailed = Number.isFinite(speed) && this.stepsPerSecond < detailedBelow;
    for (;;) {
      const nowMs = this.#nowMs();
      const wantedUs = anchor.timeUs + (nowMs - anchor.ms) * 1_000 * speed;
      const before = trail.steps;
      const isFree = !Number.isFinite(wantedUs);
      if (isFree) trail.advance(chunkSteps);
      else trail.advance(chunkSteps, Math.floor(wantedUs));
      const caughtUp = !isFree && trail.steps - before < chunkSteps;
      const isStuck = trail.steps === before;
      if (trail.done || caughtUp || isStuck) break;
      if (this.#nowMs() >= untilMs) {
        // The machine is not fast enough: what is missed is not made up for.
        if (!isFree) this.#anchor = undefined;
        break;
      }
    }
    this.#sample(trail);
    return Number.isFinite(speed) && this.#anchor !== undefined ? 4 : 0;
  }

  get speedUp(): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.ms <= first.ms) return 0;
    return (last.timeUs - first.timeUs) / 1_000 / (last.ms - first.ms);
  }

  get stepsPerSecond(): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.ms <= first.ms) return 0;
    return ((last.steps - first.steps) * 1_000) / (last.ms - first.ms);
  }

  #sample(trail: Trail): void {
    const ms = this.#nowMs();
    const last = this.#samples.at(-1);
    if (last !== undefined && ms - last.ms < 20) return;
    this.#samples.push({ ms, timeUs: trail.timeUs, steps: trail.steps });
    while (this.#samples.length > 2 && ms - this.#samples[1]!.ms > measuredMs) {
      this.#samples.shift();
    }
  }
}
