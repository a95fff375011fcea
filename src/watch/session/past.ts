import type { CaseFile } from '../../record/case-file.ts';
import type { Scenario } from '../../run/scenario-contract.ts';
import type { Fault } from '../../sim/fault-plan.ts';
import { Trail } from './trail.ts';

/** Paused runs that are kept of one past, the one that got furthest included. */
const mostTrails = 10;
/**
 * How far behind the shown step paused runs are wanted, in steps: one at least so far and less than
 * `reach` times as far.
 */
const wantedBehind: readonly number[] = [512, 4_096, 32_768, 262_144];
const reach = 8;

/** A place that a trail can have come to. */
export interface Place {
  readonly step: number;
  readonly timeUs: number;
}

/**
 * One way that a run can go: a case, and paused runs of it at several steps. A run cannot be copied
 * nor go back, so the way to a moment is the nearest paused run before it, or a run from the start.
 */
export class Past {
  readonly scenario: Scenario;
  /** How many faults at the end of the plan were added by hand. */
  handmade = 0;
  furthest: Place = { step: 0, timeUs: 0 };
  readonly #drain: (() => void) | undefined;
  #caseFile: CaseFile;
  #trails: Trail[] = [];
  /** Where the person is, as far as known. */
  #shownStep = 0;

  constructor(scenario: Scenario, caseFile: CaseFile, drain: (() => void) | undefined) {
    this.scenario = scenario;
    this.#caseFile = caseFile;
    this.#drain = drain;
  }

  get caseFile(): CaseFile {
    return this.#caseFile;
  }

  get trails(): readonly Trail[] {
    return this.#trails;
  }

  /** A run from the start. */
  fresh(): Trail {
    return new Trail(this.scenario, this.#caseFile, this.#drain);
  }

  /** Takes the furthest of the paused runs that are not beyond a moment; a new one if there is none. */
  take(isBefore: (trail: Trail) => boolean): Trail {
    let best: Trail | undefined;
    for (const trail of this.#trails) {
      if (isBefore(trail) && (best === undefined || trail.steps > best.steps)) best = trail;
    }
    if (best === undefined) return this.fresh();
    this.#trails = this.#trails.filter((trail) => trail !== best);
    return best;
  }

  /** Keeps a paused run for later. */
  keep(trail: Trail): void {
    this.noteReached(trail);
    trail.chronicle.onMoment = undefined;
    trail.chronicle.onStep = undefined;
    trail.chronicle.detailed = false;
    const twin = this.#trails.some((other) => other.steps === trail.steps);
    if (twin) return;
    this.#trails.push(trail);
    this.#trails.sort((a, b) => a.steps - b.steps);
    if (this.#trails.length > mostTrails) this.#trails.splice(this.#leastMissed(), 1);
  }

  noteReached(trail: Trail): void {
    if (trail.steps > this.furthest.step || trail.timeUs > this.furthest.timeUs) {
      this.furthest = { step: trail.steps, timeUs: trail.timeUs };
    }
  }

  /** The paused run that has come to the furthest moment, if it is kept. */
  atFurthest(): Trail | undefined {
    return this.#trails.find((trail) => trail.steps === this.furthest.step);
  }

  /** A paused run that has gone past a step, not much further than that. */
  beyond(step: number, most: number): Trail | undefined {
    return this.#trails.find((trail) => trail.steps > step && trail.steps - step <= most);
  }

  /**
   * Adds faults that begin after the moment at which the trail stands: what was known of the time
   * after that is forgotten.
   */
  amend(trail: Trail, faults: readonly Fault[]): void {
    this.#trails = this.#trails.filter(
      (other) => other.steps <= trail.steps && other.timeUs <= trail.timeUs,
    );
    for (const other of [trail, ...this.#trails]) other.run.amend(faults);
    this.#changed([...this.#caseFile.plan, ...faults], this.handmade + faults.length);
    this.furthest = { step: trail.steps, timeUs: trail.timeUs };
  }

  /** Takes the last fault that was added by hand back; every run has to be done again. */
  takeBack(): Fault | undefined {
    if (this.handmade === 0) return undefined;
    const plan = [...this.#caseFile.plan];
    const last = plan.pop();
    this.#changed(plan, this.handmade - 1);
    this.#trails = [];
    this.furthest = { step: 0, timeUs: 0 };
    return last;
  }

  /** Where a paused run should stand so that going back from a step is quick; undefined: all do. */
  missingBehind(step: number): number | undefined {
    this.#shownStep = step;
    for (const distance of wantedBehind) {
      const wanted = step - distance;
      if (wanted <= 0) return undefined;
      const isThere = this.#trails.some(
        ({ steps }) => steps <= wanted && steps > step - reach * distance,
      );
      if (!isThere) return wanted;
    }
    return undefined;
  }

  #changed(plan: readonly Fault[], handmade: number): void {
    const { outcome: _, ...rest } = this.#caseFile;
    this.#caseFile = { ...rest, plan };
    this.handmade = handmade;
  }

  /** Index of a paused run that others can stand in for; never the last one. */
  #leastMissed(): number {
    const ranges = this.#trails.slice(0, -1).map(({ steps }) => this.#rangeOf(steps));
    const spare = ranges.findIndex((range, at) => range === ranges[at + 1]);
    if (spare >= 0) return spare;
    // Going forward needs no paused runs: it is what any run does.
    const ahead = ranges.findLastIndex((range) => range < 0);
    return Math.max(0, ahead);
  }

  /** In which of the wanted ranges a step lies; below 0: ahead of what is shown. */
  #rangeOf(step: number): number {
    const distance = this.#shownStep - step;
    if (distance < 0) return -1;
    return wantedBehind.findLastIndex((wanted) => distance >= wanted) + 1;
  }
}
