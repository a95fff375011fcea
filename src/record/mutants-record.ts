import type { Outcome } from './run-record.ts';

/** What came of one planted bug. Only `killed` counts as found. */
export type MutantStatus =
  | 'killed'
  | 'survived'
  | 'inconclusive'
  /** The sweep said that the harness itself is at fault. */
  | 'harness fault'
  | 'timeout'
  | 'out of memory'
  /** A rung broke, but running the seed again did not show the same. */
  | 'not exact';

/** One planted bug, or one harmless control, and what the sweep said of it. */
export interface MutantRecord {
  readonly id: string;
  readonly title: string;
  readonly scenario: string;
  readonly control: boolean;
  readonly canary: boolean;
  readonly status: MutantStatus;
  /** Rungs that its header allows. */
  readonly expected: readonly string[];
  /** The rung that broke. */
  readonly rung?: string;
  /** The seed that broke it. */
  readonly seed?: number;
  /** Seeds that were needed, counted from the first of the sweep. */
  readonly seedsToKill?: number;
  /** Processor time of the sweep, all threads together. */
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** A kill matrix: what `mutants --json` prints. */
export interface MutantsRecord {
  readonly schema: 'seedstorm-mutants/1';
  readonly system: string;
  readonly from: number;
  readonly to: number;
  /** The sweeps without a bug: each must have held, or the kills say nothing. */
  readonly baselines: readonly {
    readonly scenario: string;
    readonly verdict: Outcome;
    readonly reasons: readonly string[];
    readonly digest: string;
    readonly wallMs: number;
  }[];
  readonly mutants: readonly MutantRecord[];
  /** True when a person ended it early. */
  readonly stopped: boolean;
}
