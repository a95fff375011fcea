import { describe, expect, test } from 'vitest';
import { checkHistory } from '../../src/checkers/history/check-history.ts';
import { models } from '../../src/checkers/history/models.ts';
import type { HistoryOperation } from '../../src/checkers/history/operation.ts';
import { ValueTable } from '../../src/checkers/history/values.ts';
import { Dice, randomHistory, type Shape } from './random-history.ts';
import { type Kind, kinds } from './subjects.ts';

function drawn(kind: Kind, shape: Partial<Shape>, seed: number): HistoryOperation[] {
  const base = {
    operations: 200,
    processes: 10,
    lost: 0,
    failed: 0,
    lies: 0,
    values: 3,
    haste: 30,
  };
  const values = new ValueTable();
  const whole = { ...base, unique: true, ...shape };
  return randomHistory(kind.subject, whole, new Dice(seed)).map((one) => ({
    ...one,
    value: values.intern(one.value),
  }));
}

const named = (...names: readonly string[]): readonly Kind[] =>
  kinds.filter(({ name }) => names.includes(name));

const registers = named(
  'register',
  'register with swaps',
  'store with swaps',
  'store with deletions',
  'store with appends',
);

describe('hard histories', () => {
  // 200 operations of 10 processes: few values, long overlaps, up to a third without an answer.
  test.each(registers)('$name: none ends unknown', (kind) => {
    const counts = { ok: 0, illegal: 0, unknown: 0 };
    for (let seed = 1; seed <= 60; seed++) {
      const dice = new Dice(seed);
      const shape = {
        lost: dice.pick([0, 10, 20, 30]),
        lies: dice.pick([0, 1, 3]),
        unique: dice.chance(30),
        values: dice.pick([2, 3, 5, 20]),
        haste: dice.pick([5, 15, 40, 100]),
      };
      const history = drawn(kind, shape, seed);
      counts[checkHistory(models.get(kind.model)!, history, { explain: false }).verdict]++;
    }
    expect(counts.unknown).toBe(0);
    expect(counts.ok).toBeGreaterThan(5);
    expect(counts.illegal).toBeGreaterThan(5);
  });

  test.each(named('register', 'queue', 'stack', 'lock', 'growing set'))(
    '$name: ten thousand operations in about as many steps',
    (kind) => {
      const operations = kind.name === 'growing set' ? 1_000 : 10_000;
      const history = drawn(kind, { operations, processes: 20 }, 1);
      const options = { explain: false };
      const { steps, verdict } = checkHistory(models.get(kind.model)!, history, options);
      expect(steps).toBeLessThan(2 * operations);
      expect(verdict).toBe(kind.name === 'lock' ? 'illegal' : 'ok');
    },
  );

  test.each(named('queue', 'register', 'register with swaps', 'store with swaps'))(
    '$name: the same with one in fifty without an answer',
    (kind) => {
      const history = drawn(kind, { operations: 10_000, lost: 2 }, 3);
      const { steps, verdict } = checkHistory(models.get(kind.model)!, history, { explain: false });
      expect(verdict).toBe('ok');
      expect(steps).toBeLessThan(20_000);
    },
  );
});
