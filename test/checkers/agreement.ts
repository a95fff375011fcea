import { checkHistory } from '../../src/checkers/history/check-history.ts';
import type { Model } from '../../src/checkers/history/model.ts';
import { models } from '../../src/checkers/history/models.ts';
import type { HistoryOperation } from '../../src/checkers/history/operation.ts';
import { partsOf } from '../../src/checkers/history/part.ts';
import { ValueTable } from '../../src/checkers/history/values.ts';
import { naiveJudge } from './naive-judge.ts';
import { Dice, randomHistory, type Shape } from './random-history.ts';
import type { Kind } from './subjects.ts';

/** A small history that every judge must agree on. */
export interface SmallCase {
  readonly model: Model;
  readonly history: readonly HistoryOperation[];
}

/** Draws a history of a kind, small enough for trying everything. */
export function smallCase(kind: Kind, seed: number): SmallCase {
  const dice = new Dice(seed);
  const shape: Shape = {
    operations: 2 + dice.below(6),
    processes: 1 + dice.below(4),
    lost: dice.pick([0, 0, 15, 40]),
    failed: dice.pick([0, 10]),
    lies: dice.pick([0, 15, 40]),
    unique: dice.chance(60),
    values: 1 + dice.below(3),
    haste: dice.pick([20, 50, 100]),
  };
  const values = new ValueTable();
  const history = randomHistory(kind.subject, shape, dice).map((one) => ({
    ...one,
    value: values.intern(one.value),
  }));
  return { model: models.get(kind.model)!, history };
}

/** Judges of ours by name: with theory, without, and without the laws that prune the search. */
export const judges: Readonly<Record<string, (one: SmallCase) => string>> = {
  whole: ({ model, history }) => checkHistory(model, history, { explain: false }).verdict,
  search: ({ model: { decide: _, ...model }, history }) =>
    checkHistory(model, history, { explain: false }).verdict,
  'plain search': ({ model, history }) =>
    checkHistory(
      {
        name: model.name,
        initial: model.initial,
        step: model.step,
        ...(model.identity === undefined ? {} : { identity: model.identity }),
      },
      history,
      { explain: false },
    ).verdict,
};

/** What comparing came to. */
export interface Agreement {
  legal: number;
  illegal: number;
  /** Of each, how many theory decided without a search. */
  legalByTheory: number;
  illegalByTheory: number;
  /** Histories on which somebody differs, with what each said. */
  readonly disputes: string[];
}

/** Compares all judges on many histories of one kind, until some are disputed. */
export function compareMany(kind: Kind, from: number, to: number): Agreement {
  const sum: Agreement = {
    legal: 0,
    illegal: 0,
    legalByTheory: 0,
    illegalByTheory: 0,
    disputes: [],
  };
  for (let seed = from; seed <= to && sum.disputes.length < 3; seed++) compare(kind, seed, sum);
  return sum;
}

/** Compares all judges with trying everything, on one history. */
function compare(kind: Kind, seed: number, sum: Agreement): void {
  const one = smallCase(kind, seed);
  const expected = naiveJudge(one.model, one.history) ? 'ok' : 'illegal';
  if (expected === 'ok') sum.legal++;
  else sum.illegal++;
  const decided = one.model.decide?.(
    partsOf(one.model, one.history)[0]?.all ?? [],
    one.model.initial,
  );
  if (decided === true) sum.legalByTheory++;
  if (decided === false) sum.illegalByTheory++;
  for (const [name, judge] of Object.entries(judges)) {
    const said = judge(one);
    if (said === expected) continue;
    const lines = one.history.map((operation) => JSON.stringify(operation));
    sum.disputes.push(`${kind.model}, seed ${seed}: ${name} says ${said}\n${lines.join('\n')}`);
  }
}
