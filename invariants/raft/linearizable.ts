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
import type { RaftMoment } from './moment.ts';

/** What this rung needs of a history; `History` of the workload has it. */
interface Judgeable {
  readonly length: number;
  operations(): readonly HistoryOperation[];
}

function isJudgeable(history: unknown): history is Judgeable {
  return typeof (history as Partial<Judgeable> | undefined)?.operations === 'function';
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
    const { verdict, explanation } = checkHistory(kvModel as Model, operations);
    if (verdict === 'ok') return held;
    if (verdict === 'unknown') return unknown('the search spent its budget of steps');
    if (explanation === undefined) return broken({ nodes: [], values: {} });
    const { process, op, value, result } = operations[explanation.operation] as HistoryOperation;
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
