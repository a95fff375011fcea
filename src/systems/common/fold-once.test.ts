import { expect, test } from 'vitest';
import { Digest } from '../../sim/digest.ts';
import { type Field, integer, listOf, structure, text } from './fields.ts';
import { foldOnce } from './fold-once.ts';

interface Table {
  readonly name: string;
  readonly rows: readonly number[];
}

let written = 0;
const counted: Field<number> = {
  ...integer,
  write: (writer, value) => {
    written += 1;
    integer.write(writer, value);
  },
};
const table = foldOnce(
  structure<Table>({ name: text, rows: listOf(counted) as Field<readonly number[]> }),
);

function digestOf(value: Table): string {
  const digest = new Digest();
  table.fold(digest, value);
  return digest.toString();
}

test('an object is looked at once, however often it is folded', () => {
  const value = { name: 'web', rows: [1, 2, 3] };
  const first = digestOf(value);
  const after = written;
  expect(digestOf(value)).toBe(first);
  expect(written).toBe(after);
});

test('equal objects have one digest, and others have another', () => {
  const digest = digestOf({ name: 'web', rows: [1, 2, 3] });
  expect(digestOf({ name: 'web', rows: [1, 2, 3] })).toBe(digest);
  expect(digestOf({ name: 'web', rows: [1, 2, 4] })).not.toBe(digest);
  expect(digestOf({ name: 'wed', rows: [1, 2, 3] })).not.toBe(digest);
});
