import type { ShrinkRecord } from './shrink-record.ts';
import type { TraceEvent } from './trace-event.ts';

/** The outcome of a rung, a run, a sweep. Unknown is never green. */
export type Outcome = 'held' | 'broken' | 'inconclusive';

/** A broken rung, as data. */
export interface ViolationRecord {
  readonly rung: string;
  readonly title: string;
  readonly statement: string;
  /** True time of the step at which it was seen, in microseconds. */
  readonly virtualUs: number;
  readonly step: number;
  readonly nodes: readonly string[];
  /** The values that disagree, by name. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Groups failures of one cause. */
  readonly key: string;
  readonly clientVisible: boolean;
}

/** A named choice, as case files keep it. */
export interface ChoiceRecord {
  readonly stream: string;
  readonly point: string;
  readonly key: number;
  readonly occurrence: number;
  readonly value: number;
}

/** One rung of one run. */
export interface RungRecord {
  readonly id: string;
  readonly title: string;
  readonly verdict: Outcome;
  /** How often its premise held. */
  readonly premise: number;
  /** Why it could not decide. */
  readonly reason?: string;
}

/** What the faults of one family did in one run. */
export interface FaultRecord {
  readonly begun: number;
  readonly refused: number;
  /** Planned, but its time or trigger never came. */
  readonly never: number;
  /** How long each lasted, in microseconds; what healing ended counts until then. */
  readonly durationsUs: readonly number[];
}

/** What is known of a run that broke a rung after looking at it a second time. */
export interface Aftermath {
  /** All rungs that broke when the run went on, each at its first time, in order of time. */
  readonly violations: readonly ViolationRecord[];
  /** The first break that a client could see. */
  readonly firstClientVisible?: ViolationRecord;
  /** The last events that led to the break, oldest first, causally related to it. */
  readonly events: readonly TraceEvent[];
}

/** The outcome of one run: what `run --json` prints. */
export interface RunRecord {
  readonly schema: 'seedstorm-run/1';
  readonly scenario: string;
  /** Null when the case has no seed (a shrunk case: calm but for a list). */
  readonly seed: number | null;
  readonly verdict: Outcome;
  /** Why it is not simply held, in sentences. */
  readonly reasons: readonly string[];
  /** 16 hex digits; equal for equal runs, whatever watched them. */
  readonly digest: string;
  readonly steps: number;
  /** True time at the end, in microseconds. */
  readonly virtualUs: number;
  readonly wallMs: number;
  /** Everything that was drawn or set. */
  readonly config: Readonly<Record<string, number | string | boolean>>;
  readonly rungs: readonly RungRecord[];
  readonly probes: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, FaultRecord>>;
  /** What clients saw in all, when the workload tells. */
  readonly clients?: { readonly ok: number; readonly fail: number; readonly unknown: number };
  /** Counts of the workload's census, by cell. */
  readonly operations: Readonly<Record<string, number>>;
  /** The headline: earliest step, lowest rung at a tie. */
  readonly violation?: ViolationRecord;
  readonly aftermath?: Aftermath;
  /** The first choice of a case file that did not fit the run any more. */
  readonly divergence?: ChoiceRecord;
  /** Path of the case file, when one was written. */
  readonly case?: string;
  /** What shrinking made of that case. */
  readonly shrunk?: ShrinkRecord;
}
