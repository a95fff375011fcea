import { expect, test } from 'vitest';
import { parseSeed, parseSeedRange } from './seeds.ts';

test('a seed is a whole number up to 2^53 - 1', () => {
  expect(parseSeed('0')).toBe(0);
  expect(parseSeed('9007199254740991')).toBe(9_007_199_254_740_991);
  for (const wrong of ['9007199254740992', '-1', '1.5', '1e3', '0x10', ' 1', '', 'abc']) {
    expect(() => parseSeed(wrong), wrong).toThrow(`--seed: "${wrong}" is not a seed`);
  }
});

test('N means 1..N, A..B includes both ends', () => {
  expect(parseSeedRange('2000')).toEqual({ from: 1, to: 2_000 });
  expect(parseSeedRange('5..80')).toEqual({ from: 5, to: 80 });
  expect(parseSeedRange('7..7')).toEqual({ from: 7, to: 7 });
  expect(parseSeedRange('0')).toEqual({ from: 1, to: 0 });
});

test('a range that runs backwards offers the other order', () => {
  expect(() => parseSeedRange('80..5')).toThrow(
    expect.objectContaining({ where: '--seeds', hint: 'Did you mean --seeds 5..80?' }),
  );
  for (const wrong of ['', '1..', '..5', '1...5', '1..2..3', '1-5', '-3']) {
    expect(() => parseSeedRange(wrong), wrong).toThrow('neither a number of seeds');
  }
});
