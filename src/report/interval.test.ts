import { expect, test } from 'vitest';
import { rateInterval, ruleOfThree } from './interval.ts';

test('an interval holds what was seen, is narrower with more trials, and stays within 0 and 1', () => {
  for (let trials = 1; trials <= 60; trials++) {
    for (let hits = 0; hits <= trials; hits++) {
      const [low, high] = rateInterval(hits, trials);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(low).toBeLessThanOrEqual(hits / trials);
      expect(high).toBeGreaterThanOrEqual(hits / trials);
      expect(high).toBeLessThanOrEqual(1);
      const [lower, higher] = rateInterval(4 * hits, 4 * trials);
      expect(higher - lower).toBeLessThan(high - low);
    }
  }
});

test('known values: Newcombe 1998, table I, method 3', () => {
  const rounded = (hits: number, trials: number) =>
    rateInterval(hits, trials).map((rate) => rate.toFixed(4));
  expect(rounded(81, 263)).toEqual(['0.2553', '0.3662']);
  expect(rounded(15, 148)).toEqual(['0.0624', '0.1605']);
  expect(rounded(0, 20)).toEqual(['0.0000', '0.1611']);
  expect(rounded(1, 29)).toEqual(['0.0061', '0.1718']);
});

test('nothing seen in n trials leaves 3/n', () => {
  expect(ruleOfThree(300)).toBe(0.01);
  expect(ruleOfThree(2)).toBe(1);
  expect(ruleOfThree(0)).toBe(1);
});
