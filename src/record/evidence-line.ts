import type { Outcome } from './run-record.ts';

/** What every line of `logs/runs.jsonl` says: who judged which code when. */
export interface EvidenceBase {
  readonly schema: 'seedstorm-evidence/2';
  /** When it was written, ISO 8601. */
  readonly at: string;
  /** The verb that ran: `sweep`, `mutants`, `doctor`, `ci`, `ralph`, `status`. */
  readonly by: string;
  /** The command line, as one would type it again. */
  readonly command: string;
  readonly version: string;
  readonly node: string;
  /** Null outside of a checkout. */
  readonly commit: string | null;
  /** Whether the sources differed from that commit. */
  readonly dirty: boolean;
  /** Hash of the harness that judged; null: unknown. */
  readonly harness: string | null;
  /** Hashes of what claims are about, by their keys (`treeKey`), as they were when the work began. */
  readonly hashes: Readonly<Record<string, string>>;
  /** Why it vouches for nothing, for example because the code changed while it ran. */
  readonly void?: string;
  readonly wallMs: number;
  /** Where it is told at length: a log file, and the bytes of it that are about this line. */
  readonly log?: { readonly file: string; readonly from: number; readonly to: number };
}

/** Seeds of one scenario. */
export interface SweepEvidence extends EvidenceBase {
  readonly kind: 'sweep';
  readonly scenario: string;
  /** Settings in place of drawn ones; null: unknown. */
  readonly settings: Readonly<Record<string, unknown>> | null;
  /** The only rungs that judged; default: all of the ladder. */
  readonly only?: readonly string[];
  /** First and last seed, every one between them judged. */
  readonly from: number;
  readonly to: number;
  readonly held: number;
  readonly broken: number;
  readonly inconclusive: number;
  /** `fault`: the harness itself was at fault. */
  readonly verdict: Outcome | 'fault';
  readonly reasons: readonly string[];
  readonly digest: string;
  readonly steps: number;
  readonly newStatesPer1000: number;
  /** How often the premise of each rung held. */
  readonly rungs: Readonly<Record<string, number>>;
  /** Rungs that broke, with the number of seeds. */
  readonly brokenRungs: Readonly<Record<string, number>>;
  /** How often each probe was seen, and how often each fault family struck. */
  readonly probes: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  /** The first failing seeds, at most ten. */
  readonly failures: readonly { readonly seed: number; readonly rung: string }[];
}

/** A proof of determinism. */
export interface DoctorEvidence extends EvidenceBase {
  readonly kind: 'doctor';
  readonly scenario: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly from: number;
  readonly to: number;
  readonly ways: readonly string[];
  /** Events that were compared. */
  readonly events: number;
  /** Seeds of checks that found a difference, at most ten. */
  readonly differences: readonly number[];
}

/** What came of one planted bug or control. */
export interface MutantEvidence {
  readonly status: string;
  readonly control: boolean;
  /** Killed if it is a bug, survived if it is a control. */
  readonly right: boolean;
  readonly rung?: string;
  readonly seedsToKill?: number;
  /** Seeds that were run until then, or in all. */
  readonly seeds: number;
}

/** Planted bugs of one system. */
export interface MutantsEvidence extends EvidenceBase {
  readonly kind: 'mutants';
  readonly system: string;
  /** Ids of all patches that there are, tried or not. */
  readonly all: readonly string[];
  readonly results: Readonly<Record<string, MutantEvidence>>;
}

/** Any other command: a test, a type check. */
export interface CommandEvidence extends EvidenceBase {
  readonly kind: 'command';
  /** What was run in a shell, in the folder of the claims. */
  readonly run: string;
  /** Null: a signal ended it. */
  readonly exitCode: number | null;
  /** The end of what it printed, at most 400 characters. */
  readonly output: string;
}

/** One line of `logs/runs.jsonl`. */
export type EvidenceLine = SweepEvidence | DoctorEvidence | MutantsEvidence | CommandEvidence;

type WithoutBase<Line> = Line extends EvidenceBase ? Omit<Line, keyof EvidenceBase> : never;

/** What a verb found, before it is said who judged which code. */
export type EvidenceContent = WithoutBase<EvidenceLine>;
