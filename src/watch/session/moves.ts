import type { JumpCommand, Moment, StepCommand } from '../commands.ts';
import type { Cursor } from './cursor.ts';
import {
  endGoal,
  type Goal,
  momentGoal,
  nextMomentGoal,
  nextStepGoal,
  stepGoal,
  timeGoal,
  violationGoal,
} from './goals.ts';
import { previousMoment, previousStep } from './previous.ts';
import type { Trail } from './trail.ts';

/** Where a move says why it was not made. */
export interface MoveTalk {
  warn(text: string): void;
  /** The run is over at the moment that is shown. */
  over(trail: Trail): void;
}

/** The moves by which a person gets about in a run. */
export class Moves {
  readonly #cursor: Cursor;
  readonly #endUs: number;
  readonly #talk: MoveTalk;

  /** @param endUs when the run ends if nothing breaks */
  constructor(cursor: Cursor, endUs: number, talk: MoveTalk) {
    this.#cursor = cursor;
    this.#endUs = endUs;
    this.#talk = talk;
  }

  step(command: StepCommand): void {
    const { count = 1, by, node } = command;
    const cursor = this.#cursor;
    if (count > 0) {
      this.#forward(nextStepGoal(command));
      return;
    }
    const { step } = cursor.place;
    const isAny = by === 'event' && node === undefined;
    const found = isAny ? Math.max(0, step + count) : previousStep(cursor.traced, step, command);
    if (found === undefined) this.#talk.warn('no such event is known before');
    else cursor.back(found);
  }

  jump({ to, back = false }: JumpCommand, marks: ReadonlyMap<number, number>): void {
    const cursor = this.#cursor;
    if (to === 'mark') this.#toMark(back, marks);
    else if (back) {
      const moment = previousMoment(cursor.traced, cursor.place, to);
      if (moment === undefined) this.#talk.warn(`there is no ${to} before this moment`);
      else cursor.go(momentGoal(moment));
    } else if (to === 'violation') this.#forward(violationGoal(this.#endUs));
    else {
      const goal = nextMomentGoal(
        ({ kind }) => kind === to || (to === 'role' && kind === 'leader'),
        `there is no ${to} until the end of the run`,
      );
      this.#forward(goal);
    }
  }

  seek(to: Moment): void {
    const cursor = this.#cursor;
    if ('step' in to) cursor.go(stepGoal(Math.max(0, Math.round(to.step))));
    else if ('timeUs' in to) cursor.go(timeGoal(Math.max(0, Math.round(to.timeUs))));
    else if (to.at === 'start') cursor.go(stepGoal(0));
    else if (to.at === 'furthest') cursor.go(stepGoal(cursor.past.furthest.step));
    else cursor.go(endGoal(this.#endUs));
  }

  #toMark(back: boolean, marks: ReadonlyMap<number, number>): void {
    const { step } = this.#cursor.place;
    const steps = [...marks.keys()].sort((a, b) => a - b);
    const next = back ? steps.findLast((mark) => mark < step) : steps.find((mark) => mark > step);
    if (next === undefined) this.#talk.warn('there is no mark that way');
    else this.#cursor.go(stepGoal(next));
  }

  #forward(goal: Goal): void {
    this.#cursor.withTrail((trail) => {
      if (trail.done) this.#talk.over(trail);
      else this.#cursor.forward(trail, goal);
    });
  }
}
