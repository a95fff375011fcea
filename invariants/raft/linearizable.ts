import {
  broken,
  checkHistory,
  type HistoryOperation,
  held,
  kvModel,
  type Model,
  OnlineChecker,
  type Outcome,
  premiseFalse,
  rung,
  unknown,
} from '../../src/index.ts';
import type { RaftFacts, RaftMoment } from './moment.ts';
import { ChainWitness, type Timed } from './witness.ts';

/** What this rung needs of a history; `History` of the workload has it. */
interface Recorded {
  readonly length: number;
  /** 2 * operation for an invocation, 2 * operation + 1 for a completion, in real-time order. */
  readonly events: readonly number[];
  readonly completedStep: readonly number[];
  readonly consistency: readonly string[];
  at(operation: number): Timed;
  operations(): readonly Timed[];
}

function isRecorded(history: unknown): history is Recorded {
  const { at, events } = (history ?? {}) as Partial<Recorded>;
  return typeof at === 'function' && Array.isArray(events);
}

/** Keys whose history the committed chain does not explain. */
interface Suspect {
  /** Undefined when it gave up: then the whole is judged at the end. */
  checker: OnlineChecker | undefined;
}

/**
 * Judges a history while a run goes on. The committed chain explains nearly all of it, one answer
 * after the other. When it does not explain one, the history of that key is judged as it stands, and
 * from then on event by event.
 */
class Judge {
  readonly #facts: RaftFacts;
  readonly #history: Recorded;
  readonly #witness: ChainWitness;
  readonly #suspects: Map<string, Suspect> = new Map();
  #next = 0;

  constructor(facts: RaftFacts, history: Recorded) {
    this.#facts = facts;
    this.#history = history;
    this.#witness = new ChainWitness(facts);
  }

  /** Takes the events since. */
  follow(): Outcome {
    const { events, consistency } = this.#history;
    this.#witness.follow();
    let judged = false;
    while (this.#next < events.length) {
      const event = events[this.#next++]!;
      const id = event >> 1;
      if (consistency[id] !== 'linearizable') continue;
      const operation = this.#history.at(id);
      if ((event & 1) === 0) this.#invoked(id, operation);
      else {
        judged = true;
        const outcome = this.#completed(id, operation);
        if (outcome.kind !== 'held') return outcome;
      }
    }
    return judged ? held : premiseFalse;
  }

  /** What remains to be judged as a whole. */
  end(): Outcome {
    const outcome = this.follow();
    if (outcome.kind === 'broken') return outcome;
    for (const [key, { checker }] of this.#suspects) {
      if (checker !== undefined) continue;
      const whole = this.#judge(key);
      if (whole.kind !== 'held') return whole;
    }
    return this.#history.length === 0 ? premiseFalse : held;
  }

  #invoked(id: number, operation: Timed): void {
    const suspect = this.#suspects.get(operation.key);
    if (suspect === undefined) this.#witness.invoked(id, operation.key);
    else suspect.checker?.invoke(id, asCall(operation));
  }

  #completed(id: number, operation: Timed): Outcome {
    const { key, outcome } = operation;
    const suspect = this.#suspects.get(key);
    if (suspect !== undefined) return this.#ofSuspect(suspect, id, operation);
    if (outcome !== 'ok') {
      this.#witness.gaveUp(id, key);
      return held;
    }
    // What ended in an earlier step must not be explained by what was committed since.
    const late = this.#history.completedStep[id]! < this.#facts.world.steps - 1;
    if (this.#witness.answered(id, operation) && !late) return held;
    return this.#suspect(key);
  }

  #ofSuspect(suspect: Suspect, id: number, operation: Timed): Outcome {
    const { outcome, result, value } = operation;
    if (suspect.checker === undefined) {
      // As a whole it may be easier than event by event. What is not found now is at the end.
      const whole = outcome === 'ok' ? this.#judge(operation.key, passingBudget) : held;
      return whole.kind === 'broken' ? whole : held;
    }
    const told = operation.op === 'get' ? { outcome, value } : { outcome, result };
    const verdict = suspect.checker.complete(id, told);
    if (verdict === 'illegal') {
      const whole = this.#judge(operation.key);
      return whole.kind === 'broken'
        ? whole
        : broken({ nodes: [], values: { key: operation.key } });
    }
    if (verdict === 'unknown') suspect.checker = undefined;
    return held;
  }

  /** Judges a key without the witness: what it has been so far, and from now on each event. */
  #suspect(key: string): Outcome {
    const checker = new OnlineChecker(kvModel as Model);
    const suspect: Suspect = { checker };
    this.#suspects.set(key, suspect);
    const { events, consistency } = this.#history;
    for (const event of events.slice(0, this.#next)) {
      const id = event >> 1;
      if (consistency[id] !== 'linearizable') continue;
      const operation = this.#history.at(id);
      if (operation.key !== key) continue;
      if ((event & 1) === 0) checker.invoke(id, asCall(operation));
      else if (suspect.checker !== undefined) {
        const outcome = this.#ofSuspect(suspect, id, operation);
        if (outcome.kind !== 'held') return outcome;
      }
    }
    if (suspect.checker !== undefined) return held;
    const whole = this.#judge(key, passingBudget);
    return whole.kind === 'broken' ? whole : held;
  }

  /** Judges all of a key up to now, and says what is wrong. */
  #judge(key: string, steps: number = budget): Outcome {
    return verdictOn(
      this.#history.operations().filter((one) => one.key === key),
      steps,
    );
  }
}

function asCall(operation: Timed): HistoryOperation {
  return operation.op === 'get' ? { ...operation, value: null } : operation;
}

/** Steps of search for one key. */
const budget = 1_000_000;
/** The same while the run goes on, each time that one of its calls is answered. */
const passingBudget = 100_000;

function verdictOn(operations: readonly Timed[], steps: number): Outcome {
  const { verdict, explanation } = checkHistory(kvModel as Model, operations, { budget: steps });
  if (verdict === 'ok') return held;
  if (verdict === 'unknown') return unknown('the search spent its budget of steps');
  if (explanation === undefined) return broken({ nodes: [], values: {} });
  const { process, op, value, result } = operations[explanation.operation]!;
  return broken({
    nodes: [],
    values: {
      key: explanation.part,
      operation: { process, op, value, result },
      statesBefore: explanation.statesBefore,
      window: explanation.window.length,
    },
  });
}

export const linearizable = rung<RaftMoment, { judge: Judge | undefined }>({
  id: 'I43',
  title: 'linearizability',
  statement:
    'Some order of all calls explains every answer and agrees with real time, for each key.',
  source: 'Herlihy and Wing 1990',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['answered', 'pulse', 'end'],
  ghost: () => ({ judge: undefined }),
  check({ facts }, ghost) {
    const { history } = facts.options;
    if (!isRecorded(history) || history.length === 0) return premiseFalse;
    ghost.judge ??= new Judge(facts, history);
    return facts.phase === 'end' ? ghost.judge.end() : ghost.judge.follow();
  },
});
