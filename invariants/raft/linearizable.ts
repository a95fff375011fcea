import {
  broken,
  checkHistory,
  type HistoryOperation,
  held,
  kvModel,
  type Model,
  premiseFalse,
  rung,
  unknown,
} from '../../src/index.ts';
import type { RaftFacts, RaftMoment } from './moment.ts';

/** An operation with the true time of its invocation. */
type Timed = HistoryOperation & { readonly timeUs: number };

/** What this rung needs of a history; `History` of the workload has it. */
interface Judgeable {
  readonly length: number;
  operations(): readonly Timed[];
}

function isJudgeable(history: unknown): history is Judgeable {
  return typeof (history as Partial<Judgeable> | undefined)?.operations === 'function';
}

/**
 * The history with the committed chain as a witness: each call is tried where the chain has it, and
 * of the calls without an answer those happened that it has. An order that is found so explains the
 * history as it stands; none found says nothing, and then the search goes without help.
 */
function witness(
  { clients, machine }: RaftFacts,
  operations: readonly Timed[],
): readonly HistoryOperation[] {
  return operations.map((operation) => {
    const { op, key, value, outcome, timeUs, hint = 0 } = operation;
    if (op === 'get') return { ...operation, hint: 2 * hint + 1 };
    if (outcome !== 'info') return { ...operation, hint: 2 * hint };
    const name = clients.nameOfWrite(timeUs, op, key, value);
    const index = name === undefined ? undefined : machine.indexOf.get(name);
    if (index === undefined) return { ...operation, outcome: 'fail' };
    const completedAt = Number.POSITIVE_INFINITY;
    return { ...operation, outcome: 'ok', result: null, completedAt, hint: 2 * index };
  });
}

export const linearizable = rung<RaftMoment>({
  id: 'I43',
  title: 'linearizability',
  statement:
    'Some order of all calls explains every answer and agrees with real time, for each key.',
  source: 'Herlihy and Wing 1990',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['end'],
  check({ facts }) {
    const { history } = facts.options;
    if (!isJudgeable(history) || history.length === 0) return premiseFalse;
    const operations = history.operations();
    if (checkHistory(kvModel as Model, witness(facts, operations)).verdict === 'ok') return held;
    const { verdict, explanation } = checkHistory(kvModel as Model, operations);
    if (verdict === 'ok') return held;
    if (verdict === 'unknown') return unknown('the search spent its budget of steps');
    if (explanation === undefined) return broken({ nodes: [], values: {} });
    const { process, op, value, result } = operations[explanation.operation] as Timed;
    return broken({
      nodes: [],
      values: {
        key: explanation.part,
        operation: { process, op, value, result },
        statesBefore: explanation.statesBefore,
        overlapping: explanation.window.length,
      },
    });
  },
});
