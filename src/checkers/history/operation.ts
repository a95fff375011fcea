/**
 * One operation of a client, as history checkers take it. `src/workload/history.ts` and
 * `read/` make them.
 */
export interface HistoryOperation {
  readonly process: number;
  readonly op: string;
  /** The object that it is about, for models that have keys; else empty. */
  readonly key: string;
  /** For a read the answer, for cas `[from, to]`, else what is written. */
  readonly value: unknown;
  /** For operations that answer yes or no; null when the answer is not known. */
  readonly result: boolean | null;
  /**
   * `ok`: took effect once between invocation and completion. `fail`: certainly no effect.
   * `info`: may take effect at any time after its invocation, or never.
   */
  readonly outcome: 'ok' | 'fail' | 'info';
  /** Position of the invocation among all events of the history. */
  readonly invokedAt: number;
  /** Position of the completion; Infinity when there is none. */
  readonly completedAt: number;
  /**
   * Where the service says that it took effect (a log index, a version); 0 or left out: not said.
   * Only the order of attempts follows it, never the verdict: a service may lie.
   */
  readonly hint?: number;
  /** Where a file tells of it; left out for histories that come from no file. */
  readonly origin?: Origin;
}

/** Lines (from 1) and times of an operation in a file, the times as they stand there. */
export interface Origin {
  readonly line: number;
  /** Undefined when it was never completed. */
  readonly endLine: number | undefined;
  readonly time: number | undefined;
  readonly endTime: number | undefined;
}
