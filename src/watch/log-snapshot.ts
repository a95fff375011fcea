/** What `watch --follow` shows of a directory that a sweep or a loop elsewhere writes. */
export interface LogSnapshot {
  readonly kind: 'log';
  readonly directory: string;
  /** Sweeps that run now. */
  readonly sweeps: readonly LiveSweep[];
  /** Sweeps that ended, newest first; at most 50. */
  readonly finished: readonly FinishedSweep[];
  /** Newest first; at most 200. */
  readonly findings: readonly Finding[];
  /** The iteration loop, when there is a journal. */
  readonly loop?: LoopSnapshot;
  /** What could not be read: path and why. */
  readonly troubles: readonly string[];
}

export interface LiveSweep {
  readonly scenario: string;
  readonly processId: number;
  /** False: the process is gone and left its file behind. */
  readonly alive: boolean;
  readonly done: number;
  /** Absent when only a time ends it. */
  readonly total?: number;
  readonly held: number;
  readonly broken: number;
  readonly inconclusive: number;
  readonly seedsPerSecond: number;
  /** The last speeds, oldest first; at most 60. */
  readonly speeds: readonly number[];
  readonly secondsLeft?: number;
  readonly steps: number;
}

export interface FinishedSweep {
  readonly scenario: string;
  readonly at: string;
  readonly commit: string;
  readonly from: number;
  readonly to: number;
  readonly verdict: string;
  readonly held: number;
  readonly broken: number;
  readonly inconclusive: number;
  /** Rungs with how often their premise held and how many seeds broke them. */
  readonly rungs: readonly LoggedRung[];
}

export interface LoggedRung {
  readonly id: string;
  readonly title: string;
  readonly premise: number;
  readonly broken: number;
}

/** A failing case that somebody wrote. */
export interface Finding {
  /** The case file: `watch PATH` drills down into it. */
  readonly path: string;
  readonly scenario: string;
  readonly seed: number | null;
  readonly rung: string;
  /** Groups failures of one cause. */
  readonly key: string;
  readonly step: number;
  readonly faults: number;
  readonly operations: number;
  readonly shrunk: boolean;
}

/** Where an iteration loop stands. */
export interface LoopSnapshot {
  readonly state: string;
  readonly iteration: number;
  /** Rungs in order, and how each stands. */
  readonly rungs: readonly { readonly id: string; readonly state: string }[];
  /** The last lines of the journal, oldest first; at most 100. */
  readonly journal: readonly string[];
}
