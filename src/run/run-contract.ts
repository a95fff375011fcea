import type { Phase, RungReport, Violation } from '../checkers/ladder-contract.ts';
import type { CaseFile } from '../record/case-file.ts';
import type { CensusSnapshot } from '../record/census-snapshot.ts';
import type { RunRecord } from '../record/run-record.ts';
import type { SweepRecord } from '../record/sweep-record.ts';
import type { TraceEvent } from '../record/trace-event.ts';
import type { ChoiceBase, NamedChoice } from '../sim/choices.ts';
import type { Fault } from '../sim/fault-plan.ts';
import type { WorldObserver } from '../sim/observer.ts';
import type { Config } from '../sim/system-definition.ts';
import type { World } from '../sim/world.ts';
import type { HistoryLike } from '../workload/clients-definition.ts';
import type { Scenario } from './scenario-contract.ts';

/** A run from scratch: everything is drawn from the seed but for the settings. */
export interface SeedInput {
  /** Integer from 0 to 2^53 - 1. */
  readonly seed: number;
  /** Values in place of drawn ones, by path; checked against their domains. */
  readonly settings?: Config;
  /** Salts from a step on: a fork of the run. */
  readonly forks?: readonly (readonly [step: number, salt: number])[];
}

/** What can be run: a case that was recorded, or a seed. */
export type RunInput = CaseFile | SeedInput;

/** How to run. Nothing here changes the digest of the run. */
export interface RunOptions {
  /** Name of the scenario in records and case files; default `inline`. */
  readonly name?: string;
  /** Ids of the rungs to run; default: all of the ladder. */
  readonly only?: readonly string[];
  /** False: no rung at all. */
  readonly ladder?: boolean;
  /** False: goes on after the first violation. Default true. */
  readonly stopAtFirst?: boolean;
  /** False: does not look at a red run a second time. Default true. */
  readonly aftermath?: boolean;
  /** Messages go through bytes and are frozen. */
  readonly paranoid?: boolean;
  /** In place of the scenario's step limit. */
  readonly stepLimit?: number;
  /** Told of everything that happens; makes the run several times slower. */
  readonly onEvent?: (event: TraceEvent) => void;
  /** True: events tell what messages say and whole views too; for pictures. Default false. */
  readonly details?: boolean;
  /** Told of each choice that is not calm, as case files name it; makes the run slower. */
  readonly onChoice?: (choice: NamedChoice) => void;
  /** Given what clients will record, before the run begins. */
  readonly onHistory?: (history: HistoryLike) => void;
  /** Watches the world beside the ladder. */
  readonly observer?: WorldObserver;
  /** Called between slices of the run with the steps so far. */
  readonly onSlice?: (steps: number) => void;
  readonly signal?: AbortSignal;
  /** Shared words in which the run tells another thread where it is: see `pulse.ts`. */
  readonly pulse?: Int32Array;
  /** Builds the component anew for each life: what survives a crash by reference then shows. */
  readonly rebuild?: boolean;
}

/** What a run leaves. */
export interface RunResult {
  readonly record: RunRecord;
  /** Replays the run. */
  readonly caseFile: CaseFile;
  /** Abstract cluster states that were reached, for coverage. */
  readonly states: ReadonlySet<number>;
  /** Latencies of completed operations in virtual microseconds, unsorted, when the workload tells them. */
  readonly latenciesUs: readonly number[];
}

/** A run that can be advanced bit by bit. Several may live in one thread. */
export interface Run {
  readonly caseFile: CaseFile;
  readonly world: World;
  readonly phase: Phase;
  readonly done: boolean;
  /** Digest of all that happened so far, 16 hex digits. */
  readonly digest: string;
  /** The digest at the first violation, so that a second run can be held against it. */
  readonly digestAtViolation: string | undefined;
  /** Rungs that broke so far, one violation each. */
  readonly violations: readonly Violation[];
  /**
   * Goes on for at most so many steps and until a true time, its events included (default: to the
   * end). Components with promises need it to be
   * called inside a slice of the host: see `Host`.
   */
  advance(maxSteps?: number, untilUs?: number): void;
  /** To be called by an observer: `advance` returns when the step that is running is over. */
  interrupt(): void;
  /**
   * Adds faults to the end of the plan, for a person who troubles a world by hand. They must begin in
   * the future, at a time for which the world has nothing else in hand (`World.hasControlAt`): then
   * the run is the run of `caseFile`, which has them too, to the last bit.
   */
  amend(faults: readonly Fault[]): void;
  /** What the rungs have to say so far; those of the whole run once it is done. */
  reports(): readonly RungReport[];
  /** Rare states that the ladder and the components named so far. */
  probes(): ReadonlyMap<string, number>;
  /** Ends the run where it is and gives its result. */
  finish(): RunResult;
}

/** What a run needs from the machine it runs on. */
export interface Host {
  /**
   * Runs a piece of work where promises can be drained: `drain` runs all pending continuations at
   * once, or is undefined where the host cannot, and then one step is done per slice.
   */
  slice<T>(work: (drain: (() => void) | undefined) => T): Promise<T>;
  /** Milliseconds of real time, for reports only. */
  nowMs(): number;
}

/** Where a scenario comes from, so that each worker can load its own copy. */
export interface ScenarioReference {
  /** As the person gave it: a bare name or a path. */
  readonly name: string;
  /** Absolute URL of the module. */
  readonly moduleUrl: string;
  /** Name of the export, `default` by default. */
  readonly export: string;
}

/** Progress of a sweep. */
export interface SweepProgress {
  readonly done: number;
  /** Number of seeds; undefined when only a time limit ends the sweep. */
  readonly total: number | undefined;
  readonly held: number;
  readonly broken: number;
  readonly inconclusive: number;
  readonly seedsPerSecond: number;
  readonly secondsLeft: number | undefined;
  readonly steps: number;
}

export interface SweepOptions {
  /** First and last seed, both included; a number N means 1..N. */
  readonly seeds: number | readonly [from: number, to: number];
  /** Worker threads; default: one per processor. An inline scenario runs in the calling thread. */
  readonly jobs?: number;
  readonly settings?: Config;
  readonly only?: readonly string[];
  readonly paranoid?: boolean;
  readonly stepLimit?: number;
  /** Ends the sweep after so many milliseconds with what it has. */
  readonly timeMs?: number;
  /** Ends the sweep at the first broken seed. */
  readonly failFast?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SweepProgress) => void;
  /** Told of each failing seed, in the order in which they are found. */
  readonly onFailure?: (result: RunRecord) => void;
  /** Directory for case files; undefined: none are written. */
  readonly failuresDirectory?: string;
  /** Directory for the history of each seed, as `check` reads it; undefined: none are written. */
  readonly historiesDirectory?: string;
  /** Case files kept per failure key; default 3. */
  readonly casesPerKey?: number;
  /** Share of the seeds that are run twice, per cent; default 5. */
  readonly rerunPercent?: number;
  /** Milliseconds without a sign of life after which a worker counts as hung; default 20,000. */
  readonly watchdogMs?: number;
  /** A worker is replaced after so many seeds; default 2,000. */
  readonly seedsPerWorker?: number;
  /** Name in records; default: the reference's, or `inline`. */
  readonly name?: string;
  /** Whether the result carries what adds up with other ranges of the same sweep. Default false. */
  readonly mergeable?: boolean;
}

/** Result of a sweep. */
export interface SweepResult {
  readonly record: SweepRecord;
  /** What adds up with other ranges, when it was asked for. */
  readonly census?: CensusSnapshot;
}

/** First event at which two runs that should be equal differ. */
export interface FirstDifference {
  readonly step: number;
  /** What each run did at that step, in words; undefined: it had ended. */
  readonly expected: string | undefined;
  readonly actual: string | undefined;
}

/** One way of running a seed again, and what came of it. */
export interface DoctorCheck {
  readonly seed: number;
  /** For example `as third of a batch`, `in a worker`, `paranoid`. */
  readonly way: string;
  readonly equal: boolean;
  readonly difference?: FirstDifference;
}

export interface DoctorOptions {
  readonly seeds: readonly [from: number, to: number];
  readonly settings?: Config;
  readonly name?: string;
  readonly onCheck?: (check: DoctorCheck) => void;
  readonly signal?: AbortSignal;
}

export interface DoctorReport {
  readonly scenario: string;
  readonly seeds: number;
  /** Events whose digests were compared. */
  readonly events: number;
  readonly ways: readonly string[];
  /** Checks that found a difference; none: the scenario is deterministic as far as one can see. */
  readonly differences: readonly DoctorCheck[];
}

/*
 * The functions, with the modules that hold them:
 *
 * run/scenario.ts     scenario(definition): Scenario
 * run/domains.ts      oneOf, between, seconds, milliseconds
 * run/run.ts          runCase(scenario, input, options?): Promise<RunResult>
 *                     run(scenario, { seed, settings? , ...options }): Promise<RunRecord>
 *                     forkCase(caseFile, step, salt): CaseFile
 * run/prepare-run.ts  prepareRun(scenario, input, options?, drain?): Run
 * run/run-case.ts     executeCase(scenario, input, options, host): Promise<RunResult>
 * run/loader.ts       findScenario(argument, cwd): ScenarioReference
 *                     loadScenario(reference): Promise<Scenario>; listScenarios(cwd): ScenarioReference[]
 * run/isolated.ts     runIsolated(reference, input, options?): Promise<RunResult> (in a worker, with a watchdog)
 * run/sweep.ts        sweep(scenario | reference, options): Promise<SweepResult>
 * run/doctor.ts       doctor(scenario | reference, options): Promise<DoctorReport>
 * run/draw-config.ts  domainsOf(scenario), drawConfig(scenario, seed, settings), calmConfig(scenario),
 *                     parseSettings(['path=value'], scenario): Config
 * run/case-store.ts   readCase(path): CaseFile; writeCase(directory, caseFile, cap): path | undefined
 * run/evidence.ts     beginEvidence(root, by, words): EvidenceStart
 *                     appendEvidence(logsDirectory, start, content): EvidenceLine
 */
export type RunCase = (
  scenario: Scenario,
  input: RunInput,
  options?: RunOptions,
) => Promise<RunResult>;
export type { ChoiceBase };
