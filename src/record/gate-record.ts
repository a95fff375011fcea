import type { CensusSnapshot } from './census-snapshot.ts';
import type { Outcome, RunRecord } from './run-record.ts';
import type { SweepRecord } from './sweep-record.ts';

/**
 * The outcome of one part of a gate. `fault`: the harness itself is at fault, and no other verdict can
 * be believed. `not run`: the gate ended before it; never green.
 */
export type PartVerdict = Outcome | 'fault' | 'not run';

/** An entry of the known-failures list, as the configuration has it. */
export interface KnownFailure {
  /** Only failures of this scenario; default: of any. */
  readonly scenario?: string;
  readonly rung: string;
  /** Only failures with this fingerprint, as reports show it; default: any failure of the rung. */
  readonly fingerprint?: string;
  /** Last day on which it is tolerated, `YYYY-MM-DD`, in UTC. */
  readonly until: string;
  /** Why it is tolerated, for whoever reads the report; best with a link to the issue. */
  readonly reason: string;
}

/** All red seeds with one cause: the same rung and the same fingerprint. */
export interface Finding {
  readonly scenario: string;
  /** Path of the scenario's file when it lies in the working directory: where annotations point. */
  readonly file?: string;
  readonly rung: string;
  readonly title: string;
  readonly statement: string;
  /** What groups failures, in full. */
  readonly key: string;
  /** Eight hexadecimal digits that stand for `key`; case files carry them in their names. */
  readonly fingerprint: string;
  /** How many seeds, or cases, failed so. */
  readonly count: number;
  /** The first of these seeds, at most ten; empty for a pinned case. */
  readonly seeds: readonly number[];
  /** The run of the lowest seed. */
  readonly record: RunRecord;
  /** Path of a case file that shows it; of the shrunk case where there is one. */
  readonly case?: string;
  /** The command that shows it again. */
  readonly replay: string;
  /** Path of the HTML report of its case, where one was written; summaries link to it. */
  readonly report?: string;
  /** The story of the failure in plain sentences, where one was told. */
  readonly story?: readonly string[];
  /** The entry of the known-failures list that it is; it does not turn the gate red. */
  readonly known?: KnownFailure;
  /** The entry that it was until that expired; it turns the gate red. */
  readonly expired?: KnownFailure;
}

/** What all parts of a gate have in common. */
interface PartBase {
  /** For people: `doctor raft-storm`, `raft-storm`, `canary raft L4`. */
  readonly name: string;
  readonly verdict: PartVerdict;
  /** Why it is not simply held, in sentences. */
  readonly reasons: readonly string[];
  /** What does not change the verdict, but must not be passed over. */
  readonly notes: readonly string[];
  readonly findings: readonly Finding[];
  readonly wallMs: number;
}

/** The proof of determinism for one scenario. */
export interface DoctorPart extends PartBase {
  readonly kind: 'doctor';
  readonly scenario: string;
  readonly from: number;
  readonly to: number;
  readonly ways: readonly string[];
  /** Events whose digests were compared. */
  readonly events: number;
  /** What differed, in sentences. */
  readonly differences: readonly string[];
}

/** A pinned case: once red, it must stay green. */
export interface CasePart extends PartBase {
  readonly kind: 'case';
  readonly path: string;
  readonly scenario: string;
  readonly record?: RunRecord;
}

/** Fresh seeds of one scenario. */
export interface SweepPart extends PartBase {
  readonly kind: 'sweep';
  readonly scenario: string;
  /** First and last seed of each range that was swept; several after a merge of shards. */
  readonly ranges: readonly (readonly [from: number, to: number])[];
  /** Seeds that its budget asks for, of all shards; absent: as many as its time allows. */
  readonly wanted?: number;
  /** Probes that the configuration requires. */
  readonly requiredProbes: readonly string[];
  readonly record?: SweepRecord;
  /** What adds up with the other shards; only in a shard, and only the reporter `blob` writes it. */
  readonly census?: CensusSnapshot;
}

/** A planted bug that must be found, or the sweeps prove nothing. */
export interface CanaryPart extends PartBase {
  readonly kind: 'canary';
  readonly system: string;
  readonly mutant: string;
  readonly title: string;
  /** The rung that found it. */
  readonly rung?: string;
  readonly seedsToKill?: number;
}

export type GatePart = DoctorPart | CasePart | SweepPart | CanaryPart;

/** What came of an entry of the known-failures list. */
export interface KnownReport {
  readonly entry: KnownFailure;
  /** `met`: tolerated; `expired`: its day is over; `not met`: no seed showed it, perhaps it is mended. */
  readonly state: 'met' | 'expired' | 'not met';
  /** Seeds and cases that it covered. */
  readonly count: number;
}

/** One of several machines that share a gate. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

/** What is known of a gate before its first part runs. */
export interface GatePlan {
  /** `sweep` when one sweep was asked for on the command line. */
  readonly of: 'ci' | 'sweep' | 'merge';
  readonly parts: readonly { readonly kind: GatePart['kind']; readonly name: string }[];
  readonly commit: string | null;
  readonly dirty: boolean;
  /** First seed of the fresh ones. */
  readonly firstSeed: number;
  readonly shard?: Shard;
}

/** The outcome of a gate: what the reporter `json` writes, and all that the others know. */
export interface GateRecord extends Omit<GatePlan, 'parts'> {
  readonly schema: 'seedstorm-gate/1';
  /** Version of seedstorm, and of Node. */
  readonly version: string;
  readonly node: string;
  /** Real time of the start, ISO 8601. */
  readonly at: string;
  readonly wallMs: number;
  readonly verdict: Exclude<PartVerdict, 'not run'>;
  /** A person or the machine ended it early. */
  readonly interrupted: boolean;
  readonly parts: readonly GatePart[];
  readonly known: readonly KnownReport[];
}

/** How far the part that runs is. */
export interface PartProgress {
  readonly name: string;
  readonly done: number;
  /** Undefined: only a time limit ends it. */
  readonly total: number | undefined;
}

/** Who is told while a gate runs. All hooks are optional. */
export interface GateListener {
  /** Before anything runs. */
  onBegin?(plan: GatePlan): void;
  /** A part begins. */
  onPartBegin?(part: { readonly kind: GatePart['kind']; readonly name: string }): void;
  /** A few times a second. */
  onProgress?(progress: PartProgress): void;
  /** A failure that no earlier seed has shown; its counts are those of that moment. */
  onFinding?(finding: Finding): void;
  /** A part is over. `soFar` is what the record would be if the gate ended here. */
  onPart?(part: GatePart, soFar: GateRecord): void;
  /** All is over. */
  onEnd?(record: GateRecord): void | Promise<void>;
}
