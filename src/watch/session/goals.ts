import type { StepCommand } from '../commands.ts';
import type { NumberedMoment } from './chronicle.ts';
import type { Trail } from './trail.ts';

/** A moment that a trail is to be brought to. */
export interface Goal {
  /** Whether the trail stands before it or at it, so that it can be reached by going on. */
  isAhead(trail: Trail): boolean;
  isReached(trail: Trail): boolean;
  /** Goes on towards it, at most so many steps. */
  go(trail: Trail, steps: number): void;
  /** How much of the way is done, 0 to 1; undefined: nobody knows. */
  progress(trail: Trail): number | undefined;
  /** Said when the run ended before. */
  readonly missed?: string;
}

/** Right after a step. */
export function stepGoal(step: number): Goal {
  return {
    isAhead: (trail) => trail.steps <= step,
    isReached: (trail) => trail.steps >= step,
    go: (trail, steps) => trail.advance(Math.min(steps, step - trail.steps)),
    progress: (trail) => trail.steps / Math.max(1, step),
  };
}

/** When everything up to a true time has happened. */
export function timeGoal(timeUs: number): Goal {
  let arrived = false;
  return {
    isAhead: (trail) => trail.timeUs <= timeUs,
    isReached: (trail) => arrived || trail.timeUs > timeUs,
    go(trail, steps) {
      const before = trail.steps;
      trail.advance(steps, timeUs);
      // Only if there was room for more has everything at that time happened.
      arrived = trail.timeUs >= timeUs && trail.steps - before < steps;
    },
    progress: (trail) => trail.timeUs / Math.max(1, timeUs),
  };
}

/** The end of the run, whatever ends it. */
export function endGoal(endUs: number): Goal {
  return {
    isAhead: () => true,
    isReached: (trail) => trail.done,
    go: (trail, steps) => trail.advance(steps),
    progress: (trail) => trail.timeUs / Math.max(1, endUs),
  };
}

/** The first violation. */
export function violationGoal(endUs: number): Goal {
  return {
    ...endGoal(endUs),
    isReached: (trail) => trail.run.violations.length > 0,
    missed: 'nothing breaks until the end of the run',
  };
}

/** The n-th notable moment of the run, right when it happens. */
export function momentGoal({ number, step, timeUs }: NumberedMoment): Goal {
  return {
    isAhead: ({ chronicle, steps, timeUs: at }) =>
      chronicle.momentCount <= number && steps <= step && at <= timeUs,
    isReached: ({ chronicle }) => chronicle.momentCount >= number,
    go(trail, steps) {
      const { chronicle, run } = trail;
      chronicle.onMoment = (moment) => {
        if (moment.number >= number) run.interrupt();
      };
      trail.advance(steps);
      chronicle.onMoment = undefined;
    },
    progress: (trail) => trail.steps / Math.max(1, step),
  };
}

/** The next notable moment that is meant, after the one where the trail stands now. */
export function nextMomentGoal(isMeant: (moment: NumberedMoment) => boolean, missed: string): Goal {
  let found = false;
  return {
    isAhead: () => true,
    isReached: () => found,
    go(trail, steps) {
      const { chronicle, run } = trail;
      chronicle.onMoment = (moment) => {
        if (found || !isMeant(moment)) return;
        found = true;
        run.interrupt();
      };
      trail.advance(steps);
      chronicle.onMoment = undefined;
    },
    progress: () => undefined,
    missed,
  };
}

/** The n-th next step that is meant. */
export function nextStepGoal({ by, node, count = 1 }: StepCommand): Goal {
  let left = count;
  return {
    isAhead: () => true,
    isReached: () => left <= 0,
    go(trail, steps) {
      const { chronicle, run } = trail;
      const { world } = run;
      const wanted = node === undefined ? -1 : world.nodeIndex(node);
      chronicle.onStep = (step) => {
        if (wanted >= 0 && step.node !== wanted) return;
        if (by === 'message' && step.cause !== 'message') return;
        if (--left === 0) run.interrupt();
      };
      trail.advance(steps);
      chronicle.onStep = undefined;
    },
    progress: () => undefined,
    missed: 'the run ends before such an event',
  };
}
