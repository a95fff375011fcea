import type { BenchFigure } from '../src/record/bench-row.ts';

/** A figure without the name of its benchmark, which the runner adds. */
export type Figure = Omit<BenchFigure, 'benchmark'>;

/** What a benchmark found, or why there is nothing to measure in this checkout. */
export type Measured = { readonly figures: readonly Figure[] } | { readonly nothing: string };

/** One benchmark of the project. */
export interface Benchmark {
  readonly name: string;
  readonly summary: string;
  /** Takes minutes: runs only when it is asked for by name. */
  readonly long?: true;
  /**
   * Measures, and prints for people what it found.
   * @param tell prints lines
   */
  measure(tell: (text: string) => void): Measured | Promise<Measured>;
}

/**
 * The value of the best round, with the range of the better half of all: what disturbs a round only
 * ever makes it worse, at times by a lot, so the worse half says more of other work than of ours.
 */
export function rounds(
  values: readonly number[],
  better: 'higher' | 'lower',
): { readonly value: number; readonly low: number; readonly high: number } {
  const sorted = values.toSorted((a, b) => (better === 'higher' ? b - a : a - b));
  const value = sorted[0]!;
  const middle = sorted[Math.floor(sorted.length / 2)]!;
  return { value, low: Math.min(value, middle), high: Math.max(value, middle) };
}
