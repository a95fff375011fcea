import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstAccepted, minimal } from './delta-debugging.ts';

const forEver = { width: 1, isOver: () => false };

/** The items of a list, and a test that fails when all of some are there. */
function needing<T>(needed: readonly T[]) {
  const asked: (readonly T[])[] = [];
  const fails = async (kept: readonly T[]): Promise<readonly T[] | undefined> => {
    asked.push(kept);
    return needed.every((item) => kept.includes(item)) ? kept : undefined;
  };
  return { asked, fails };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

describe('minimal', () => {
  test('finds the items that are needed, wherever they stand', async () => {
    for (const needed of [[], [0], [99], [0, 99], [3, 4, 5], [10, 50, 51, 90]]) {
      const { fails } = needing(needed);
      const { items, isProved } = await minimal(upTo(100), fails, forEver);
      expect(items).toEqual(needed);
      expect(isProved).toBe(true);
    }
  });

  test('is quick where little is needed of much', async () => {
    const { asked, fails } = needing([4_711]);
    await minimal(upTo(10_000), fails, forEver);
    expect(asked.length).toBeLessThan(80);
  });

  test('takes what the test says of a part: less than the part when some was of no concern', async () => {
    const result = await minimal(
      upTo(20),
      async (kept) => (kept.includes(7) ? kept.filter((item) => item % 2 === 1) : undefined),
      forEver,
    );
    expect(result.items).toEqual([7]);
  });

  test('tells of each smaller list, and ends with what it has when time is up', async () => {
    const { fails } = needing([1, 2, 60]);
    const told: (readonly number[])[] = [];
    const { items, isProved } = await minimal(upTo(100), fails, {
      width: 1,
      isOver: () => told.length >= 3,
      onKept: (kept) => told.push(kept),
    });
    expect(isProved).toBe(false);
    expect(items).toEqual(told.at(-1));
    expect(items.length).toBeLessThan(100);
    for (const kept of told) expect(kept).toEqual(expect.arrayContaining([1, 2, 60]));
  });

  test('ends 1-minimal whatever the test is, with the same result at any width', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 40 }),
        fc.array(fc.uniqueArray(fc.nat(39), { maxLength: 5 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 2, max: 5 }),
        fc.nat(3),
        async (count, ways, width, spoiler) => {
          // Several ways to fail, and an item without which some of them do not: not monotone.
          const isRed = (kept: readonly number[]): boolean =>
            ways.some(
              (way, nth) =>
                way.every((item) => kept.includes(item)) &&
                (nth !== spoiler || !kept.includes(0) || kept.length > 3),
            );
          const items = upTo(count);
          fc.pre(isRed(items));
          const fails = async (kept: readonly number[]) => (isRed(kept) ? kept : undefined);
          const one = await minimal(items, fails, forEver);
          const many = await minimal(items, fails, { ...forEver, width });
          expect(many.items).toEqual(one.items);
          expect(isRed(one.items)).toBe(true);
          for (const item of one.items) {
            expect(isRed(one.items.filter((other) => other !== item))).toBe(false);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('firstAccepted', () => {
  test('gives the first in order, though a later one is done before it', async () => {
    const gates = upTo(4).map(() => Promise.withResolvers<number | undefined>());
    const found = firstAccepted(4, (at) => gates[at]!.promise, { ...forEver, width: 4 });
    gates[3]!.resolve(3);
    gates[2]!.resolve(2);
    gates[0]!.resolve(undefined);
    gates[1]!.resolve(undefined);
    expect(await found).toEqual({ at: 2, result: 2 });
  });

  test('an error of one that nobody waits for is no error', async () => {
    const found = await firstAccepted(
      2,
      async (at) => {
        if (at === 1) throw new Error('too late');
        return 'first';
      },
      { ...forEver, width: 2 },
    );
    expect(found).toEqual({ at: 0, result: 'first' });
  });

  test('is nothing where nothing is accepted, or time was up before', async () => {
    expect(await firstAccepted(9, async () => undefined, forEver)).toBeUndefined();
    expect(await firstAccepted(9, async () => 1, { width: 2, isOver: () => true })).toBeUndefined();
  });
});
