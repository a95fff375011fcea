import { availableParallelism } from 'node:os';
import type { CaseFile } from '../../record/case-file.ts';
import { HarnessFault } from '../../record/harness-fault.ts';
import type { ShrinkRecord } from '../../record/shrink-record.ts';
import { UsageError } from '../../record/usage-error.ts';
import { checkIdentity } from '../build-case.ts';
import { caseText } from '../case-text.ts';
import { loadScenario } from '../loader.ts';
import type { ScenarioReference } from '../run-contract.ts';
import { isScenario } from '../scenario.ts';
import type { Scenario } from '../scenario-contract.ts';
import { noDigest } from '../seed-report.ts';
import { Attempts } from './attempts.ts';
import { type CandidateRunner, inlineRunner, WorkerRunner } from './candidate-runner.ts';
import { Shrinker, type ShrinkProgress } from './shrinker.ts';
import type { Tried } from './tried.ts';

export type { ShrinkProgress } from './shrinker.ts';

/** How to shrink a case. */
export interface ShrinkOptions {
  /** Worker threads; default: one per processor. An inline scenario runs in the calling thread. */
  readonly jobs?: number;
  /** Ends after so many milliseconds of real time with the smallest case so far; default 30,000. */
  readonly timeMs?: number;
  /** Ends with the smallest case so far. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ShrinkProgress) => void;
  /** Told of each smaller case that fails, as soon as it is known. */
  readonly onBest?: (file: CaseFile) => void;
}

/** What shrinking made of a case. */
export interface ShrinkResult {
  readonly record: ShrinkRecord;
  /** The smallest case found, with its outcome. */
  readonly caseFile: CaseFile;
}

/** Default of `timeMs`. */
export const defaultShrinkMs = 30_000;
/** A candidate without a sign of life for so long counts as hung. */
const watchdogMs = 3_000;
/** The same when the failure is that a handler hangs: each such candidate costs it all. */
const shortWatchdogMs = 500;

/**
 * Finds the smallest case that fails with the same key as the one given: fewer nodes and clients,
 * calm settings, fewer faults and operations, calm choices. Unless time runs out, each fault,
 * operation, choice and setting that is left was shown to be needed.
 *
 * @throws UsageError when the case does not fail, or was made for other choices than today's
 * @throws HarnessFault when the same case gives another digest
 */
export async function shrinkCase(
  subject: Scenario | ScenarioReference,
  file: CaseFile,
  options: ShrinkOptions = {},
): Promise<ShrinkResult> {
  const scenario = isScenario(subject) ? subject : await loadScenario(subject);
  checkIdentity(scenario, file);
  const runner = runnerFor(subject, file, options.jobs);
  try {
    // What the file says of its run would soon be said of another one.
    const { outcome, ...decides } = file;
    return await shrinkWith(runner, scenario, decides, outcome, options);
  } finally {
    await runner.close();
  }
}

/** Runs variants of a case, in worker threads where the scenario has a module. */
export function runnerFor(
  subject: Scenario | ScenarioReference,
  { outcome }: CaseFile,
  jobs: number = availableParallelism(),
): CandidateRunner {
  if (isScenario(subject)) return inlineRunner(subject);
  const hangs = outcome?.digest === noDigest;
  return new WorkerRunner(subject, jobs, hangs ? shortWatchdogMs : watchdogMs);
}

async function shrinkWith(
  runner: CandidateRunner,
  scenario: Scenario,
  file: CaseFile,
  told: CaseFile['outcome'],
  options: ShrinkOptions,
): Promise<ShrinkResult> {
  const beganMs = performance.now();
  const endMs = beganMs + (options.timeMs ?? defaultShrinkMs);
  const { signal } = options;
  const first = await runner.try(file, { choices: true });
  const { key, rung } = first;
  if (key === undefined || rung === undefined) throw doesNotFail(file, told, first);
  const attempts = new Attempts(runner, key);
  const shrinker = new Shrinker(file, first, {
    scenario,
    attempts,
    leftMs: () => endMs - performance.now(),
    isOver: () => signal?.aborted === true || performance.now() >= endMs,
    onProgress: options.onProgress ?? (() => {}),
    onBest: options.onBest ?? (() => {}),
  });
  const minimal = await shrinker.run();
  const { digest, steps, step = steps } = await confirmed(runner, shrinker.best, key);
  const outcome = { verdict: 'broken', rung, key, step, digest } as const;
  const caseFile: CaseFile = { ...shrinker.best, outcome };
  const { before, size: after } = shrinker;
  const ended = signal?.aborted === true ? 'interrupted' : 'time';
  const record: ShrinkRecord = {
    schema: 'seedstorm-shrink/1',
    scenario: file.scenario,
    rung,
    key,
    ...(told?.key === undefined || told.key === key ? {} : { keyBefore: told.key }),
    minimal,
    ...(minimal ? {} : { ended }),
    before,
    after,
    reductionPercent: reduction(before, after),
    steps: [first.steps, steps],
    candidates: attempts.count,
    otherKeys: Object.fromEntries(attempts.otherKeys),
    wallMs: Math.round(performance.now() - beganMs),
    digest,
    bytes: caseText(caseFile).length,
  };
  return { record, caseFile };
}

/** Runs the smallest case twice more: it must be the same run both times. */
async function confirmed(runner: CandidateRunner, file: CaseFile, key: string): Promise<Tried> {
  const one = await runner.try(file, {});
  const other = await runner.try(file, { choices: true });
  if (one.digest !== other.digest || one.key !== key || other.key !== key) {
    throw new HarnessFault(
      `the same case was not the same run: digest ${one.digest}, then ${other.digest}; ` +
        'see seedstorm doctor',
    );
  }
  return one;
}

function doesNotFail(file: CaseFile, told: CaseFile['outcome'], first: Tried): UsageError {
  const { verdict, trouble } = first;
  if (trouble !== undefined) {
    return new UsageError(`the case cannot be run: ${trouble}`, file.scenario);
  }
  const then = told === undefined || told.verdict === verdict ? '' : `; it was ${told.verdict}`;
  return new UsageError(
    `the case does not fail: it is ${verdict}${then}`,
    file.scenario,
    told?.verdict === 'broken'
      ? 'the code has changed since the case was written, and the failure is gone'
      : 'only a run that breaks a rung can be shrunk',
  );
}

/** By how much faults, operations and choices became fewer, per cent. */
function reduction(before: ShrinkRecord['before'], after: ShrinkRecord['after']): number {
  const sum = ({ faults, operations, choices }: ShrinkRecord['before']): number =>
    faults + operations + choices;
  const whole = sum(before);
  return whole === 0 ? 0 : Math.round((1_000 * (whole - sum(after))) / whole) / 10;
}
