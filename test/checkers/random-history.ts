import type { HistoryOperation } from '../../src/checkers/history/operation.ts';

/** Small random numbers from a seed: good enough to draw histories, the same everywhere. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) | 1;
    for (let i = 0; i < 4; i++) this.below(2);
  }

  /** An integer from 0 to bound - 1. */
  below(bound: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return ((this.#state >>> 0) % 0x7fffffff) % bound;
  }

  /** True in `percent` of a hundred cases. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

/** What a client asks for. */
export type Call = Pick<HistoryOperation, 'op' | 'key' | 'value'>;

/** What it is told: for an operation that has an answer. */
export type Answer = Partial<Pick<HistoryOperation, 'value' | 'result'>>;

/** A real object of a model, written apart from the model, and how it is used. */
export interface Subject<State = unknown> {
  readonly initial: State;
  /** @param fresh a value that was not drawn before, or one of few: as the history has it */
  call(dice: Dice, fresh: () => number): Call;
  /** Carries out a call. */
  perform(state: State, call: Call): readonly [State, Answer];
  /** Another answer to a call than the right one, perhaps. */
  lie(dice: Dice, call: Call, answer: Answer): Answer;
}

/** How a history is drawn. */
export interface Shape {
  readonly operations: number;
  readonly processes: number;
  /** In percent: completions that never come, although the call may be carried out. */
  readonly lost: number;
  /** In percent: calls that certainly had no effect. */
  readonly failed: number;
  /** In percent of all answers: such that are wrong, perhaps. */
  readonly lies: number;
  /** Whether values are all different. */
  readonly unique: boolean;
  /** Values when they are not. */
  readonly values: number;
  /** In percent: how eagerly open calls are completed; less means more overlap. */
  readonly haste: number;
}

interface Open {
  readonly call: Call;
  readonly process: number;
  readonly invokedAt: number;
  readonly fate: HistoryOperation['outcome'];
  answer: Answer | undefined;
}

/** A history of a real object, with some answers altered. */
export function randomHistory(subject: Subject, shape: Shape, dice: Dice): HistoryOperation[] {
  const history: HistoryOperation[] = [];
  const open: (Open | undefined)[] = new Array(shape.processes).fill(undefined);
  const late: Open[] = [];
  let state = subject.initial;
  let drawn = 0;
  let started = 0;
  let at = 0;
  let processes = shape.processes;
  const fresh = (): number => (shape.unique ? ++drawn : 1 + dice.below(shape.values));
  const carryOut = (one: Open): void => {
    const [next, answer] = subject.perform(state, one.call);
    state = next;
    one.answer = answer;
  };
  const complete = (one: Open, completedAt: number): void => {
    const { call, fate, process, invokedAt } = one;
    const told = one.answer ?? {};
    const answer = fate === 'ok' && dice.chance(shape.lies) ? subject.lie(dice, call, told) : told;
    const known = fate === 'ok' ? { ...call, result: null, ...answer } : { ...call, result: null };
    history.push({ ...known, process, outcome: fate, invokedAt, completedAt });
  };
  while (history.length < shape.operations) {
    if (late.length > 0 && dice.chance(20)) carryOut(late.splice(dice.below(late.length), 1)[0]!);
    const slot = dice.below(shape.processes);
    const one = open[slot];
    if (one === undefined) {
      if (started === shape.operations) continue;
      started++;
      const fate = dice.chance(shape.lost) ? 'info' : dice.chance(shape.failed) ? 'fail' : 'ok';
      const process = started <= shape.processes ? slot : processes++;
      const call = subject.call(dice, fresh);
      open[slot] = { call, process, invokedAt: at++, fate, answer: undefined };
    } else if (one.fate === 'ok' && one.answer === undefined) carryOut(one);
    else if (dice.chance(shape.haste)) {
      if (one.fate === 'info' && dice.chance(70)) late.push(one);
      complete(one, one.fate === 'info' && dice.chance(50) ? Number.POSITIVE_INFINITY : at++);
      open[slot] = undefined;
    }
  }
  return history.sort((a, b) => a.invokedAt - b.invokedAt);
}
