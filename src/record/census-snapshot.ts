import type { SweepRecord } from './sweep-record.ts';

/** A histogram: the buckets that are not empty. */
export interface HistogramSnapshot {
  readonly buckets: readonly (readonly [bucket: number, count: number])[];
  readonly max: number;
}

/**
 * All that a sweep has added up, as plain data: what the shards of one sweep hand over, so that their
 * sum is what one machine would have found.
 */
export interface CensusSnapshot {
  readonly held: number;
  readonly broken: number;
  readonly inconclusive: number;
  readonly steps: number;
  readonly virtualUs: number;
  readonly rerun: number;
  readonly first: number;
  readonly last: number;
  readonly stopped: boolean;
  readonly rungs: readonly (readonly [
    id: string,
    title: string,
    premise: number,
    broken: number,
  ])[];
  readonly probes: Readonly<Record<string, number>>;
  readonly operations: Readonly<Record<string, number>>;
  readonly families: Readonly<
    Record<
      string,
      {
        readonly seeds: number;
        readonly begun: number;
        readonly refused: number;
        readonly never: number;
        readonly durations: HistogramSnapshot;
      }
    >
  >;
  readonly latencies: HistogramSnapshot;
  readonly clients: { readonly ok: number; readonly fail: number; readonly unknown: number };
  /** Seeds in which clients did something, and their shares of completed operations, in millionths. */
  readonly clientSeeds: number;
  readonly completedMillionths: number;
  /** Of each seed, in order of seed. */
  readonly digests: readonly string[];
  /** Abstract states that no earlier seed of this census had reached, by seed. */
  readonly states: readonly (readonly number[])[];
  readonly failures: SweepRecord['failures'];
  readonly unclear: SweepRecord['unclear'];
}
