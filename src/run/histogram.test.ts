import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from './histogram.ts';

describe('Histogram', () => {
  it('gives quantiles within 4 % of the exact ones', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 300 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (values, quantile) => {
          const histogram = new Histogram();
          for (const value of values) histogram.add(value);
          const sorted = values.toSorted((a, b) => a - b);
          const exact = sorted[Math.max(1, Math.ceil(values.length * quantile)) - 1]!;
          const given = histogram.quantile(quantile);
          expect(given).toBeGreaterThanOrEqual(exact);
          expect(given).toBeLessThanOrEqual(exact * 1.04 + 1);
          expect(histogram.max).toBe(sorted.at(-1));
        },
      ),
    );
  });

  it('is 0 when empty', () => {
    expect(new Histogram().quantile(0.5)).toBe(0);
  });
});
