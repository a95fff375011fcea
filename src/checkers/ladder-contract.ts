import type { ViolationRecord } from '../record/run-record.ts';
import type { WorldObserver } from '../sim/observer.ts';
import type { OwedUnder } from '../sim/system-definition.ts';
import type { WorldView } from '../sim/world-view.ts';

/** The outcome of a rung, a run, a sweep. Unknown is never green. */
export type Verdict = 'held' | 'broken' | 'inconclusive';

/** A broken rung, as data: text is made later. */
export interface Violation {
  /** The rung's id, for example `I20`. */
  readonly rung: string;
  readonly title: string;
  readonly statement: string;
  /** True time of the step at which it was seen. */
  readonly virtualUs: number;
  readonly step: number;
  /** Names of the nodes concerned. */
  readonly nodes: readonly string[];
  /** The values that disagree, by name. Plain data. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Groups failures of one cause: rung and a fingerprint of roles, message kind, normalised values. */
  readonly key: string;
  /** Whether a client could see it. */
  readonly clientVisible: boolean;
}

/** What one rung has to say at the end of a run. */
export interface RungReport {
  readonly id: string;
  readonly title: string;
  readonly verdict: Verdict;
  /** How often its premise held (storm phase, contested cases). */
  readonly premise: number;
  /** Why it is inconclusive, for example a spent budget. */
  readonly reason?: string;
}

/** What is known of a rung without running it. */
export interface RungInfo {
  readonly id: string;
  readonly title: string;
  readonly statement: string;
  readonly source: string;
  readonly kind: 'always' | 'sometimes' | 'eventually';
  readonly owedUnder: OwedUnder;
  /** Whether a client can see the law broken. Default: false. */
  readonly clientVisible?: boolean;
}

/** Phases of a run, in order. */
export type Phase = 'form' | 'storm' | 'heal' | 'settle' | 'end';

/** A ladder at work on one run. */
export interface LadderRun extends WorldObserver {
  /** The first violation: earliest step, lowest rung at a tie. */
  readonly violation: Violation | undefined;
  /** All violations, one per rung, when `stopAtFirst` is off. */
  readonly violations: readonly Violation[];
  /** Rare states of the storm that were reached: name to count, those never reached included. */
  readonly probes: ReadonlyMap<string, number>;
  phase(phase: Phase, timeUs: number): void;
  /** The run no longer moves: a livelock, or a handler that does not return. */
  stuck(reason: string, timeUs: number): void;
  /** The run is over: whole-state audit and what can only be judged at the end. */
  finish(): void;
  reports(): readonly RungReport[];
}

export interface LadderOptions {
  readonly world: WorldView;
  /** Names of the rungs' subset to run; undefined: all. */
  readonly only?: readonly string[];
  /** What the storm may do; rungs not owed under it are left out. */
  readonly damage: OwedUnder;
  /**
   * Damage that is noticed may strike any number of nodes, the last copy of a record among them.
   * Default: false.
   */
  readonly anyNumber?: boolean;
  /** The drawn config of the run. */
  readonly config: Readonly<Record<string, number | string | boolean>>;
  /** The clients' history, when the ladder judges one. Grows during the run. */
  readonly history: unknown;
  /** False: go on after a violation and list one for each rung that breaks. Default: true. */
  readonly stopAtFirst?: boolean;
}

/** An ordered set of rungs, lowest first. `begin` makes fresh ghost state for one run. */
export interface Ladder {
  readonly name: string;
  readonly rungs: readonly RungInfo[];
  /**
   * The facts of a violation that cannot both be, each a sentence, for stories. Undefined where
   * nobody put the values of the rung into words.
   */
  factsOf?(violation: ViolationRecord): readonly string[] | undefined;
  begin(options: LadderOptions): LadderRun;
}
