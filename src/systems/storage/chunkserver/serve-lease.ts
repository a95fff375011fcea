import type { Clock } from '../../../sim/env.ts';
import { heldForUs, type StorageTimings } from '../timings.ts';

/** Beats whose answer still counts. */
const remembered = 32;

/**
 * How long this server may answer clients. The leader counts a silent server as dead after one lease;
 * the server itself stops after half of it, counted from when it sent the beat that was heard. So an
 * old location leads nowhere once the leader has gone on without the server.
 */
export class ServeLease {
  private readonly clock: Clock;
  private readonly driftBoundPpm: number;
  private readonly sentUs: Float64Array = new Float64Array(remembered);
  private untilUs = 0;
  /** Counts the beats of this life. */
  beat = 0;

  constructor(clock: Clock, { driftBoundPpm }: StorageTimings) {
    this.clock = clock;
    this.driftBoundPpm = driftBoundPpm;
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

  /** A beat of this life was heard. */
  heard(beat: number, serveUs: number): void {
    if (beat < 1 || beat > this.beat || beat <= this.beat - remembered) return;
    const untilUs = this.sentUs[beat % remembered]! + heldForUs(serveUs, this.driftBoundPpm);
    if (untilUs > this.untilUs) this.untilUs = untilUs;
  }
}
