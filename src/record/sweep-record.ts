import type { Outcome } from './run-record.ts';

/** One fault family over a sweep. */
export interface FamilyCensus {
  /** Seeds in which it fired. */
  readonly seeds: number;
  readonly begun: number;
  readonly refused: number;
  readonly never: number;
  readonly medianUs: number;
  readonly maxUs: number;
}

/** What clients saw over a sweep. Latencies are of completed operations, in virtual microseconds. */
export interface ClientsCensus {
  readonly operations: number;
  readonly ok: number;
  readonly fail: number;
  readonly unknown: number;
  /** Mean over seeds of the share of operations that completed, from 0 to 1. */
  readonly completedShare: number;
  readonly latencyMedianUs: number;
  readonly latencyP99Us: number;
  readonly latencyMaxUs: number;
}

/** One rung over a sweep. */
export interface SweepRung {
  readonly id: string;
  readonly title: string;
  /** How often its premise held, over all seeds. */
  readonly premise: number;
  /** Seeds in which it was the headline. */
  readonly broken: number;
}

/** One failing seed. */
export interface SweepFailure {
  readonly seed: number;
  readonly rung: string;
  readonly title: string;
  readonly key: string;
  readonly step: number;
  readonly virtualUs: number;
  readonly digest: string;
  /** Path of the case file; absent when the cap of its key was reached or nothing could be written. */
  readonly case?: string;
  /** Path of its shrunk case: one seed of each key is shrunk. */
  readonly shrunk?: string;
}

/** The outcome of a sweep: what `sweep --json` prints. */
export interface SweepRecord {
  readonly schema: 'seedstorm-sweep/1';
  readonly scenario: string;
  /** First and last seed of the contiguous prefix that is judged here. */
  readonly from: number;
  readonly to: number;
  readonly verdict: Outcome;
  readonly reasons: readonly string[];
  /** Counts of seeds. */
  readonly held: number;
  readonly broken: number;
  readonly inconclusive: number;
  /** Folds the digests of the runs in order of seed. */
  readonly digest: string;
  readonly steps: number;
  readonly virtualUs: number;
  readonly wallMs: number;
  /** Abstract cluster states that no earlier seed had reached, per 1,000 seeds. */
  readonly newStatesPer1000: number;
  /** Such states in all. */
  readonly states: number;
  readonly rungs: readonly SweepRung[];
  readonly probes: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, FamilyCensus>>;
  /** Cells of the workload's table. */
  readonly operations: Readonly<Record<string, number>>;
  readonly clients: ClientsCensus;
  readonly failures: readonly SweepFailure[];
  /** Seeds that stayed inconclusive, with the reason, at most 20. */
  readonly unclear: readonly {
    readonly seed: number;
    readonly reason: string;
    readonly case?: string;
  }[];
  /** Seeds that were run twice and had the same digest. */
  readonly rerun: number;
  /** True when a time limit or a person ended it early. */
  readonly stopped: boolean;
}
