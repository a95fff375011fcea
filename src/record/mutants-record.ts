import type { Outcome } from './run-record.ts';

/** What came of one planted bug. Only `killed` counts as found. */
export type MutantStatus =
  | 'killed'
  | 'survived'
  | 'inconclusive'
  /** The sweep said that the harness itself is at fault, or the code no longer loads. */
  | 'harness fault'
  | 'timeout'
  | 'out of memory'
  /** A rung broke, but running the seed again did not show the same. */
  | 'not exact';

/** One planted bug, or one harmless control, and what the sweep said of it. */
export interface MutantRecord {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly trigger: string;
  readonly scenario: string;
  readonly control: boolean;
  readonly canary: boolean;
  readonly status: MutantStatus;
  /** What stands behind a status that is neither `killed` nor `survived`. */
  readonly reason?: string;
  /** Rungs that its header allows. */
  readonly expected: readonly string[];
  /** The rung that broke. */
  readonly rung?: string;
  /** The seed that broke it. */
  readonly seed?: number;
  /** Digest and failure key of that run. */
  readonly digest?: string;
  readonly key?: string;
  /** Step and virtual time of the violation. */
  readonly step?: number;
  readonly virtualUs?: number;
  /** Seeds that were needed, counted from the first of the sweep. */
  readonly seedsToKill?: number;
  /** Seeds that were run until then, or in all. */
  readonly seeds: number;
  /** Those among them that ended without a verdict. */
  readonly unclear: number;
  /** Processor time of those runs, start of the process included; replays and census are not. */
  readonly cpuMs: number;
  readonly wallMs: number;
  /** What each rung would have found without the others. */
  readonly census?: MutantCensus;
}

/**
 * The first seeds of the range, each run to its end with every rung on watch after the first break
 * too: what each rung sees does not depend on the others.
 */
export interface MutantCensus {
  readonly seeds: number;
  /** Seeds in which any rung broke. */
  readonly kills: number;
  /** Seeds in which a rung broke that needs no look inside: clients' histories, crashes, progress. */
  readonly blackBox: number;
  readonly rungs: readonly RungCensus[];
}

/** One rung over the census of one mutant. */
export interface RungCensus {
  readonly id: string;
  /** Seeds in which it broke. */
  readonly kills: number;
  /** The first of them. */
  readonly seed: number;
  /** Whether a run of that seed with no other rung on the ladder broke it again. */
  readonly alone: boolean;
}

/** A sweep without a bug: it must have held, or the kills say nothing. */
export interface BaselineRecord {
  readonly scenario: string;
  readonly from: number;
  readonly to: number;
  readonly verdict: Outcome;
  readonly reasons: readonly string[];
  readonly digest: string;
  readonly wallMs: number;
}

/** A kill matrix: what `mutants --json` prints. */
export interface MutantsRecord {
  readonly schema: 'seedstorm-mutants/1';
  readonly system: string;
  /** First and last seed that a mutant was allowed. */
  readonly from: number;
  readonly to: number;
  readonly baselines: readonly BaselineRecord[];
  readonly mutants: readonly MutantRecord[];
  /** True when a person ended it early. */
  readonly stopped: boolean;
}

/** A result that was kept, with what it was measured on. */
export interface KeptResult extends MutantRecord {
  /** First and last seed that it was allowed. */
  readonly from: number;
  readonly to: number;
  /** The commit of the checkout; null where there is no git. */
  readonly commit: string | null;
  /** Whether sources differed from that commit. */
  readonly dirty: boolean;
  /** Hashes of the sources without the mutant, and of the patch file. */
  readonly sources: string;
  readonly patch: string;
}

/** The file in which results are kept beside the patches. */
export interface KeptResults {
  readonly schema: 'seedstorm-mutant-results/1';
  readonly system: string;
  /** All rungs of the ladders that were climbed, lowest first. */
  readonly rungs: readonly { readonly id: string; readonly title: string }[];
  readonly results: readonly KeptResult[];
}
