import { expect, test } from 'vitest';
import { parseNames, parseTime, parseVirtualTime, parseWhole } from './option-values.ts';

test('real time is in seconds unless a unit says otherwise', () => {
  expect(['90', '90s', '5m', '1.5h', '1d'].map((text) => parseTime(text))).toEqual([
    90_000, 90_000, 300_000, 5_400_000, 86_400_000,
  ]);
  for (const wrong of ['0', '-1', '5x', '', 'soon', '1 h']) {
    expect(() => parseTime(wrong), wrong).toThrow('is not a span of time');
  }
});

test('virtual time is in seconds unless a unit says otherwise', () => {
  expect(['1.5', '1.5s', '250ms', '40us'].map((text) => parseVirtualTime(text, '--from'))).toEqual([
    1_500_000, 1_500_000, 250_000, 40,
  ]);
  expect(() => parseVirtualTime('1h', '--from')).toThrow('--from: "1h" is not a virtual time');
});

test('whole numbers have a least value, lists of names need a name', () => {
  expect(parseWhole('4', '--jobs')).toBe(4);
  expect(() => parseWhole('0', '--jobs')).toThrow('--jobs: expected a whole number from 1 on');
  expect(() => parseWhole('two', '--jobs')).toThrow('got "two"');
  expect(parseNames('canary, d1,', '--only')).toEqual(['canary', 'd1']);
  expect(() => parseNames(' ,', '--only')).toThrow('--only: expected names');
});
