import { describe, expect, test } from 'vitest';
import { prefixOf } from '../../src/checkers/history/explain/prefix.ts';
import { models } from '../../src/checkers/history/models.ts';
import { OnlineChecker } from '../../src/checkers/history/online.ts';
import type { HistoryOperation } from '../../src/checkers/history/operation.ts';
import { smallCase } from './agreement.ts';
import { naiveJudge } from './naive-judge.ts';
import { Dice, randomHistory } from './random-history.ts';
import { kinds } from './subjects.ts';

interface Event {
  readonly at: number;
  readonly operation: HistoryOperation;
  readonly ends: boolean;
}

function eventsOf(history: readonly HistoryOperation[]): Event[] {
  const events = history.flatMap((operation): Event[] => {
    const { completedAt, invokedAt } = operation;
    const begins = { at: invokedAt, operation, ends: false };
    if (completedAt === Number.POSITIVE_INFINITY) return [begins];
    return [begins, { at: completedAt, operation, ends: true }];
  });
  return events.sort((a, b) => a.at - b.at);
}

/** What was asked for, as the client knew it then. */
function callOf({ process, op, key, value }: HistoryOperation): HistoryOperation {
  const asks = ['read', 'get', 'remove', 'txn'].includes(op) ? value : undefined;
  let asked = value;
  if (op === 'txn') {
    asked = (asks as [string, string, unknown][]).map(([kind, register, what]) => [
      kind,
      register,
      kind === 'read' ? null : what,
    ]);
  } else if (asks !== undefined) asked = null;
  const open = { invokedAt: 0, completedAt: Number.POSITIVE_INFINITY } as const;
  return { process, op, key, value: asked, result: null, outcome: 'info', ...open };
}

/** Feeds a history and gives the position of the event that made it illegal; undefined: none did. */
function feed(checker: OnlineChecker, history: readonly HistoryOperation[]): number | undefined {
  for (const { at, operation, ends } of eventsOf(history)) {
    // A set's elements keep their value; only containers and registers answer with one.
    const asksForElement = operation.op === 'remove' && operation.result !== null;
    const call = asksForElement
      ? { ...callOf(operation), value: operation.value }
      : callOf(operation);
    if (!ends) checker.invoke(operation.invokedAt, call);
    else {
      const { outcome, result, value } = operation;
      const verdict = checker.complete(operation.invokedAt, { outcome, result, value });
      if (verdict === 'illegal') return at;
      expect(verdict).toBe('ok');
    }
  }
  return undefined;
}

/** The same by trying everything on each prefix. */
function firstIllegal(name: string, history: readonly HistoryOperation[]): number | undefined {
  const model = models.get(name)!;
  if (naiveJudge(model, history)) return undefined;
  return eventsOf(history).find(({ at }) => !naiveJudge(model, prefixOf(history, at)))?.at;
}

// A set's elements fall apart by the whole history only: online it is judged as one.
const judged = kinds.filter(({ model }) => model !== 'set');

describe('judging while a history grows', () => {
  test.each(judged)('sees what is wrong with $name at the event that makes it certain', (kind) => {
    let illegal = 0;
    for (let seed = 1; seed <= 1_500; seed++) {
      const { model, history } = smallCase(kind, seed);
      const expected = firstIllegal(kind.model, history);
      if (expected !== undefined) illegal++;
      const told = feed(new OnlineChecker(model), history);
      expect(told, `${kind.model}, seed ${seed}\n${JSON.stringify(history)}`).toBe(expected);
    }
    expect(illegal).toBeGreaterThan(100);
  });

  test('keeps little, however long the history is', () => {
    const { subject } = kinds.find(({ name }) => name === 'store with swaps')!;
    const shape = {
      processes: 5,
      lost: 0,
      failed: 5,
      lies: 0,
      unique: false,
      values: 3,
      haste: 50,
    };
    const history = randomHistory(subject, { ...shape, operations: 5_000 }, new Dice(1));
    const checker = new OnlineChecker(models.get('kv')!);
    let most = 0;
    for (const { operation, ends } of eventsOf(history)) {
      if (!ends) checker.invoke(operation.invokedAt, callOf(operation));
      else {
        const { outcome, result, value } = operation;
        expect(checker.complete(operation.invokedAt, { outcome, result, value })).toBe('ok');
      }
      most = Math.max(most, checker.size);
    }
    expect(most).toBeLessThan(500);
  });
});
