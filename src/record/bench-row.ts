/** One figure that a benchmark found. */
export interface BenchFigure {
  /** Name of the benchmark. */
  readonly benchmark: string;
  /** What was measured: `encode`, `steps per seed`. */
  readonly metric: string;
  /** Under which of several loads, codes or classes. */
  readonly variant?: string;
  readonly value: number;
  /** `MB/s`, `us`, `steps`; empty for a ratio. */
  readonly unit: string;
  /** Which values are welcome. */
  readonly better: 'higher' | 'lower';
  /** Counted or taken in virtual time: the same for the same commit and seeds, on any machine. */
  readonly exact: boolean;
  /** First and last seed of the runs that it sums up. */
  readonly seeds?: readonly [first: number, last: number];
  /** The range of the rounds that count; of those in real time the better half. */
  readonly low?: number;
  readonly high?: number;
}

/** A line of the history of benchmarks: a figure, which code it is about, and who found it. */
export interface BenchRow extends BenchFigure {
  readonly schema: 'seedstorm-bench/1';
  /** When the measurement began, ISO 8601; one for all rows of a measurement. */
  readonly at: string;
  /** Null outside of a checkout. */
  readonly commit: string | null;
  /** When the commit was made, ISO 8601, for the order of commits. */
  readonly committedAt: string | null;
  /** Whether the sources differed from that commit. */
  readonly dirty: boolean;
  /** Processor, number of cores and operating system: figures in real time compare within one only. */
  readonly machine: string;
  /** Version of Node. */
  readonly node: string;
}
