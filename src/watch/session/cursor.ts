import type { Scenario } from '../../run/scenario-contract.ts';
import { type Frame, frameOf } from './frame.ts';
import { type Goal, stepGoal } from './goals.ts';
import type { Past, Place } from './past.ts';
import type { Trail } from './trail.ts';

/** Steps between two looks at the clock. */
const chunkSteps = 512;
/** Frames that are made on the way to an earlier step, so that going further back is quick. */
const recordedSteps = 64;
const mostFrames = 512;
/** How far a run may stand beyond a moment whose last events its ring still knows. */
const tracedSteps = 3_000;

/** What is done when a trail has come to its goal. */
type Then = (trail: Trail) => void;

/** @param missed why a goal was not reached, if it was not */
type OnStopped = (trail: Trail, missed: string | undefined) => void;

/** A way that a trail is on. */
export interface Way {
  readonly goal: Goal;
  readonly trail: Trail;
  /** Frames are made from this step on. */
  readonly recordFrom: number;
  readonly onArrival: Then | undefined;
}

/**
 * Where in a past the person is, and how to get elsewhere. What is shown is a paused run, or the
 * frame of a moment whose run stands elsewhere by now: going back by one event would else mean a
 * re-run each time.
 */
export class Cursor {
  past: Past;
  /** The run that stands at the moment that is shown; undefined: only its frame is known. */
  trail: Trail | undefined;
  way: Way | undefined;
  readonly #scenario: Scenario;
  /** Told when a way ended before its goal, or at the end of the run. */
  readonly #onStopped: OnStopped;
  readonly #frames = new Map<number, Frame>();
  #frame: Frame | undefined;

  constructor(scenario: Scenario, past: Past, onStopped: OnStopped) {
    this.#scenario = scenario;
    this.#onStopped = onStopped;
    this.past = past;
    this.trail = past.fresh();
    past.noteReached(this.trail);
  }

  /** The moment that is shown. */
  get place(): Place {
    const { trail } = this;
    if (trail !== undefined) return { step: trail.steps, timeUs: trail.timeUs };
    return this.frame;
  }

  /** What is to be seen there. */
  get frame(): Frame {
    if (this.trail !== undefined) return this.#frameAt(this.trail);
    this.#frame ??= this.#frameAt(this.past.fresh());
    return this.#frame;
  }

  /** A run whose ring knows the last events before the shown moment. */
  get traced(): Trail | undefined {
    return this.trail ?? this.past.beyond(this.place.step - 1, tracedSteps);
  }

  /** Goes on with the way that somebody is on. */
  work(way: Way, untilMs: number, nowMs: () => number): void {
    const { goal, trail, recordFrom } = way;
    do {
      if (goal.isReached(trail) || trail.done) {
        this.#arrive(way);
        return;
      }
      const before = trail.steps;
      const isRecording = before >= recordFrom;
      if (isRecording) this.#record(trail);
      const most = isRecording ? 1 : Math.min(chunkSteps, recordFrom - before);
      goal.go(trail, most);
      // Promises of a component have to run first, outside of this slice.
      if (trail.steps === before && !goal.isReached(trail) && !trail.done) return;
    } while (nowMs() < untilMs);
    if (trail === this.trail) this.past.noteReached(trail);
  }

  /** Gives up the way that a trail is on; what is shown stays. */
  halt(): void {
    const { way } = this;
    this.way = undefined;
    if (way !== undefined && way.trail !== this.trail) this.past.keep(way.trail);
  }

  /** Does something at the moment that is shown; where only its frame is known, gets there first. */
  withTrail(then: Then): void {
    this.halt();
    if (this.trail !== undefined) then(this.trail);
    else this.go(stepGoal(this.place.step), { onArrival: then });
  }

  /** Goes on from the moment that is shown. */
  forward(trail: Trail, goal: Goal): void {
    this.way = { goal, trail, recordFrom: Number.POSITIVE_INFINITY, onArrival: undefined };
  }

  /** Goes to an earlier step, and makes frames of those before it. */
  back(step: number): void {
    const frame = this.#frames.get(step);
    if (frame === undefined) {
      this.go(stepGoal(step), { recordFrom: Math.max(0, step - recordedSteps) });
      return;
    }
    this.#leave();
    this.#frame = frame;
  }

  /** Goes anywhere: with the nearest run that has not gone past it. */
  go(goal: Goal, options: { readonly recordFrom?: number; readonly onArrival?: Then } = {}): void {
    this.#leave();
    const { recordFrom = Number.POSITIVE_INFINITY, onArrival } = options;
    const trail = this.past.take((other) => goal.isAhead(other) && other.steps <= recordFrom);
    this.way = { goal, trail, recordFrom, onArrival };
  }

  /** Another past from now on, or the same one changed from the start: the frame stays for now. */
  takeUp(past: Past): void {
    this.#frame = this.frame;
    this.past = past;
    this.trail = undefined;
    this.forget();
  }

  /** Frames of what was changed are true no more. */
  forget(): void {
    this.#frames.clear();
  }

  #arrive({ goal, trail, onArrival }: Way): void {
    this.way = undefined;
    this.trail = trail;
    this.#frame = undefined;
    this.past.noteReached(trail);
    const isReached = goal.isReached(trail);
    if (isReached) onArrival?.(trail);
    if (trail.done || !isReached) this.#onStopped(trail, isReached ? undefined : goal.missed);
  }

  /** The run that stands at the shown moment waits among the others; its frame stays. */
  #leave(): void {
    if (this.trail === undefined) return;
    this.#frame = this.frame;
    this.past.keep(this.trail);
    this.trail = undefined;
  }

  #record(trail: Trail): void {
    const [oldest] = this.#frames.keys();
    if (this.#frames.size >= mostFrames && oldest !== undefined) this.#frames.delete(oldest);
    this.#frames.set(trail.steps, this.#frameAt(trail));
  }

  #frameAt(trail: Trail): Frame {
    return frameOf(trail, this.#scenario, this.past.handmade);
  }
}
