import type { Clock } from '../../sim/env.ts';

/** Beats whose answer still counts. */
const remembered = 32;

/**
 * What a node may do for some time after somebody has heard that it lives. The time counts from when it
 * *sent* the beat that was heard: who heard it counts from later, so it never waits too short.
 */
export class BeatLease {
  private readonly clock: Clock;
  private readonly sentUs: Float64Array = new Float64Array(remembered);
  /** Reading of the monotonic clock when it ends; 0: there was none. */
  untilUs = 0;
  /** Counts the beats. */
  beat = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get isValid(): boolean {
    return this.untilUs > 0 && this.clock.monotonicUs() < this.untilUs;
  }

  /** The number of a beat that is sent now. */
  nextBeat(): number {
    this.beat++;
    this.sentUs[this.beat % remembered] = this.clock.monotonicUs();
    return this.beat;
  }

  /** A beat was heard, and gives a lease of so long by this node's clock. */
  heard(beat: number, heldUs: number): void {
    if (beat < 1 || beat > this.beat || beat <= this.beat - remembered) return;
    const untilUs = this.sentUs[beat % remembered]! + heldUs;
    if (untilUs > this.untilUs) this.untilUs = untilUs;
  }
}
