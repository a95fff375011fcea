import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteReader, ByteWriter } from './bytes.ts';
import { integer, structure, text } from './fields.ts';
import { GroupTable, TableSum } from './table.ts';

interface Row {
  value: number;
}

function table(sum: TableSum, seed = 1): GroupTable<string, Row> {
  return new GroupTable<string, Row>('rows', seed, text, structure<Row>({ value: integer }), sum);
}

const change = fc.record({
  group: fc.nat(2),
  key: fc.constantFrom('', 'a', 'b', 'é'),
  value: fc.nat(3),
  remove: fc.boolean(),
  settle: fc.boolean(),
});

test('the sum depends on the rows and on nothing else, and bytes come back', () => {
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const sum = new TableSum();
      const rows = table(sum);
      const model = new Map<string, [number, string, number]>();
      for (const { group, key, value, remove, settle } of changes) {
        if (remove) {
          expect(rows.delete(group, key)).toBe(model.delete(`${group}/${key}`));
        } else {
          if (rows.get(group, key) === undefined) rows.insert(group, key, { value });
          else rows.edit(group, key).value = value;
          model.set(`${group}/${key}`, [group, key, value]);
        }
        if (settle) sum.settle();
      }
      sum.settle();
      expect(rows.size).toBe(model.size);
      const freshSum = new TableSum();
      const fresh = table(freshSum);
      for (const [group, key, value] of [...model.values()].reverse()) {
        fresh.insert(group, key, { value });
      }
      freshSum.settle();
      expect([sum.low, sum.high]).toEqual([freshSum.low, freshSum.high]);
      const writer = new ByteWriter();
      rows.save(writer);
      const bytes = writer.finish();
      fresh.save(writer);
      expect(writer.finish()).toEqual(bytes);
      const restored = table(new TableSum());
      restored.restore(new ByteReader(bytes));
      restored.save(writer);
      expect(writer.finish()).toEqual(bytes);
    }),
  );
});

test('rows that differ in group, key, value or table have different sums', () => {
  const sums = new Set<string>();
  const add = (seed: number, group: number, key: string, value: number) => {
    const sum = new TableSum();
    table(sum, seed).insert(group, key, { value });
    sum.settle();
    sums.add(`${sum.low}/${sum.high}`);
  };
  add(1, 1, 'a', 1);
  add(2, 1, 'a', 1);
  add(1, 2, 'a', 1);
  add(1, 1, 'b', 1);
  add(1, 1, 'a', 2);
  expect(sums.size).toBe(5);
});

test('what the last entry changed is listed once, deletions too', () => {
  const sum = new TableSum();
  const rows = table(sum);
  rows.insert(1, 'a', { value: 1 });
  rows.insert(1, 'b', { value: 1 });
  sum.settle();
  rows.edit(1, 'a').value = 2;
  rows.edit(1, 'a').value = 3;
  rows.delete(1, 'b');
  sum.settle();
  expect(sum.changed.map(({ key, gone }) => [key, gone])).toEqual([
    ['a', false],
    ['b', true],
  ]);
  sum.settle();
  expect(sum.changed).toEqual([]);
});

test('a row that is not there cannot be changed, one that is cannot be added, none comes twice', () => {
  const rows = table(new TableSum());
  rows.insert(1, 'a', { value: 1 });
  expect(() => rows.insert(1, 'a', { value: 2 })).toThrow('already');
  expect(() => rows.edit(1, 'b')).toThrow('no row');
  const writer = new ByteWriter();
  rows.save(writer);
  const [, ...row] = writer.finish();
  const twice = new ByteReader(Uint8Array.of(2, ...row, ...row));
  expect(() => table(new TableSum()).restore(twice)).toThrow(RangeError);
});
