import { expect, test } from 'vitest';
import { colourPaint } from './paint.ts';
import { table, wrap, wrapItems } from './table.ts';

test('words stand to the left, numbers to the right, and no line ends in spaces', () => {
  const lines = table(
    [{ title: 'fault' }, { title: 'times', align: 'right' }, { title: '' }],
    [
      ['partition', '7', ''],
      ['kill', '1,234', 'x'],
    ],
  );
  expect(lines).toEqual([
    '  fault      times', //
    '  partition      7',
    '  kill       1,234  x',
  ]);
});

test('without titles there is no title line', () => {
  expect(table([{ title: '' }], [['a']])).toEqual(['  a']);
});

test('colour takes no columns', () => {
  const { bad } = colourPaint();
  const [first, second] = table(
    [{ title: '' }, { title: '' }],
    [
      [bad('ab'), 'x'],
      ['abcd', 'y'],
    ],
  );
  expect(first).toBe(`  ${bad('ab')}    x`);
  expect(second).toBe('  abcd  y');
});

test('words are wrapped, a word that is too long stays whole', () => {
  expect(wrap('at most one leader incomprehensibilities', 12, '  ')).toEqual([
    '  at most',
    '  one leader',
    '  incomprehensibilities',
  ]);
  expect(wrap('', 10)).toEqual([]);
});

test('items are kept whole and each line but the last ends in the separator', () => {
  expect(wrapItems(['nodes 5', 'batch 1', 'chunk 16'], ', ', 18, '  ')).toEqual([
    '  nodes 5, batch 1,',
    '  chunk 16',
  ]);
});
