import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SortedNames } from './sorted-names.ts';

const name = fc.string({ minLength: 1, maxLength: 3, unit: 'binary' });
const step = fc.record({
  what: fc.constantFrom('add', 'add', 'remove', 'page'),
  directory: fc.integer({ min: 1, max: 20 }),
  name,
  most: fc.integer({ min: 1, max: 4 }),
});

test('pages are those of all names sorted anew, whatever came and went in between', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const tables = new Map<number, Set<string>>();
      const compare = (a: string, b: string): number => (a < b ? -1 : 1);
      const keys = (directory: number): string[] =>
        [...(tables.get(directory) ?? [])].sort(compare);
      const sorted = new SortedNames(keys);
      for (const { what, directory, name, most } of steps) {
        const table = tables.get(directory) ?? new Set();
        tables.set(directory, table);
        if (what === 'add' && !table.has(name)) {
          table.add(name);
          sorted.added(directory, name);
        } else if (what === 'remove' && table.delete(name)) sorted.removed(directory, name);
        for (const after of ['', name]) {
          const right = keys(directory).filter((one) => one > after);
          expect(sorted.page(directory, after, most)).toEqual(right.slice(0, most));
        }
      }
    }),
  );
});

test('numbers are in the order of numbers', () => {
  const numbers = [2, 9, 10, 100];
  const sorted = new SortedNames<number>(() => [...numbers]);
  expect(sorted.page(0, 0, 3)).toEqual([2, 9, 10]);
  sorted.added(0, 11);
  sorted.removed(0, 9);
  expect(sorted.page(0, 2, 9)).toEqual([10, 11, 100]);
});

test('only a page is looked at, once a directory has been listed', () => {
  let sorts = 0;
  const names = Array.from({ length: 1_000 }, (_, at) => `f${String(at).padStart(4, '0')}`);
  const sorted = new SortedNames(() => {
    sorts += 1;
    return [...names];
  });
  let after = '';
  for (let page = 0; page < 16; page++) {
    const given = sorted.page(1, after, 64);
    after = given[given.length - 1]!;
  }
  expect([after, sorts]).toEqual(['f0999', 1]);
});
