import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearer, negativeLog2, rendezvousDraw } from './rendezvous.ts';

function nearest(key: number, weights: readonly number[]): number {
  let best = 0;
  for (let i = 1; i < weights.length; i++) {
    const draw = rendezvousDraw(key, i);
    if (nearer(draw, weights[i]!, rendezvousDraw(key, best), weights[best]!)) best = i;
  }
  return best;
}

test('the integer logarithm is within two millionths of the real one', () => {
  const word = fc.integer({ min: 1, max: 2 ** 32 - 1 });
  fc.assert(
    fc.property(word, (value) => {
      const real = 32 - Math.log2(value);
      expect(Math.abs(negativeLog2(value) / 2 ** 20 - real)).toBeLessThan(2 / 1_000_000);
    }),
    { numRuns: 2_000, examples: [[1], [2 ** 32 - 1], [2 ** 31], [3]] },
  );
});

test('places get their share of the keys by weight', () => {
  const weights = [1, 2, 4, 8, 1];
  const counts = weights.map(() => 0);
  for (let key = 0; key < 32_000; key++) counts[nearest(key, weights)]! += 1;
  for (const [i, weight] of weights.entries()) {
    const expected = weight * 2_000;
    // Four standard deviations of a binomial; the keys are fixed, so this never changes its mind.
    expect(Math.abs(counts[i]! - expected)).toBeLessThan(4 * Math.sqrt(expected));
  }
});

test('a place that leaves moves only its own keys', () => {
  const before = [3, 5, 2, 4];
  for (let key = 0; key < 2_000; key++) {
    const first = nearest(key, before);
    const then = nearest(key, before.slice(0, 3));
    if (first !== 3) expect(then).toBe(first);
  }
});
