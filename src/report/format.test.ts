import { expect, test } from 'vitest';
import { clip, count, duration, instant, percent, plural, short, value } from './format.ts';

test('counts are grouped by thousands', () => {
  expect([0, 7, 999, 1_000, 1_234_567, -12_345].map(count)).toEqual([
    '0',
    '7',
    '999',
    '1,000',
    '1,234,567',
    '-12,345',
  ]);
  expect(plural(1, 'seed')).toBe('1 seed');
  expect(plural(2_000, 'seed')).toBe('2,000 seeds');
});

test('short numbers keep three digits and no useless zero', () => {
  expect([0, 0.1234, 1.5, 12.34, 99.96, 1234.5].map(short)).toEqual([
    '0',
    '0.123',
    '1.5',
    '12.3',
    '100',
    '1,235',
  ]);
});

test('a share never rounds something to nothing or nearly all to all', () => {
  expect(percent(0, 0)).toBe('-');
  expect(percent(0, 10)).toBe('0.0 %');
  expect(percent(1, 10_000)).toBe('< 0.1 %');
  expect(percent(9_999, 10_000)).toBe('> 99.9 %');
  expect(percent(1, 3)).toBe('33.3 %');
  expect(percent(3, 3)).toBe('100.0 %');
});

test('durations take the unit that suits them, also at the edges between units', () => {
  expect(duration(0)).toBe('0 s');
  expect(duration(250)).toBe('250 us');
  expect(duration(1_500)).toBe('1.5 ms');
  expect(duration(999_499)).toBe('999 ms');
  expect(duration(999_600)).toBe('1 s');
  expect(duration(12_340_000)).toBe('12.3 s');
  expect(duration(125_000_000)).toBe('2 min 5 s');
  expect(duration(7_260_000_000)).toBe('2 h 1 min');
});

test('instants are exact to the microsecond', () => {
  expect(instant(6_123_456)).toBe('6.123456 s');
  expect(instant(7)).toBe('0.000007 s');
  expect(instant(1_234_000_001)).toBe('1,234.000001 s');
});

test('values print what JSON has no word for', () => {
  expect(value('n1')).toBe('n1');
  expect(value(undefined)).toBe('undefined');
  expect(value({ seen: new Set([1]), votes: new Map([['n1', 2n]]) })).toBe(
    '{"seen":[1],"votes":{"n1":"2"}}',
  );
  expect(value({ bytes: Uint8Array.of(1, 255) })).toBe('{"bytes":"01ff"}');
  expect(value(Uint8Array.of(1, 255))).toBe('"01ff"');
});

test('clipping says that something is missing', () => {
  expect(clip('abcdef', 6)).toBe('abcdef');
  expect(clip('abcdefg', 6)).toBe('abc...');
});
