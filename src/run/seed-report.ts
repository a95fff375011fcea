import type { CaseFile } from '../record/case-file.ts';
import { HarnessFault } from '../record/harness-fault.ts';
import type { FaultRecord, Outcome, RunRecord } from '../record/run-record.ts';
import type { Config } from '../sim/system-definition.ts';
import type { HistoryLike } from '../workload/clients-definition.ts';
import { everyStepEnds } from './every-step-ends.ts';
import { historyPath, writeHistory } from './history-file.ts';
import { executeCase } from './run-case.ts';
import type { Host, RunOptions, RunResult } from './run-contract.ts';
import type { Scenario } from './scenario-contract.ts';

/** One seed of a sweep, small enough to be sent between threads. */
export interface SeedReport {
  readonly seed: number;
  readonly verdict: Outcome;
  readonly reasons: readonly string[];
  readonly digest: string;
  readonly steps: number;
  readonly virtualUs: number;
  readonly rungs: readonly (readonly [id: string, title: string, premise: number])[];
  readonly probes: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, FaultRecord>>;
  readonly operations: Readonly<Record<string, number>>;
  readonly clients: RunRecord['clients'] | undefined;
  readonly states: Int32Array;
  readonly latenciesUs: Float64Array;
  readonly rerun: boolean;
  /** For seeds that are not held. */
  readonly record?: RunRecord;
  readonly caseFile?: CaseFile;
}

/** How the seeds of a sweep are run; plain data. */
export interface SeedOptions {
  readonly name: string;
  readonly settings?: Config;
  readonly only?: readonly string[];
  readonly paranoid?: boolean;
  readonly stepLimit?: number;
  /** Where histories are written. */
  readonly historiesDirectory?: string;
  /** Share of the seeds that are run twice, per cent. */
  readonly rerunPercent: number;
}

/** What one thread remembers between seeds; no digest depends on it. */
export interface ThreadMemory {
  /** Failure keys that were looked at a second time here. */
  readonly explained: Set<string>;
}

/**
 * Runs one seed of a sweep, some of them twice.
 * @throws HarnessFault when the second time gives another digest
 */
export async function runSeed(
  scenario: Scenario,
  seed: number,
  options: SeedOptions,
  memory: ThreadMemory,
  host: Host,
  hooks: Pick<RunOptions, 'onSlice' | 'signal' | 'pulse'> = {},
): Promise<SeedReport> {
  const { name, settings, rerunPercent, historiesDirectory, ...rest } = options;
  const input = { seed, ...(settings === undefined ? {} : { settings }) };
  const quick = { name, ...rest, ...hooks, aftermath: false };
  let history: HistoryLike | undefined;
  const onHistory = (kept: HistoryLike): void => {
    history = kept;
  };
  let result = await executeCase(scenario, input, { ...quick, onHistory }, host);
  if (historiesDirectory !== undefined) {
    writeHistory(historyPath(historiesDirectory, name, seed), history);
  }
  const { record } = result;
  const isStopped = (): boolean => hooks.signal?.aborted === true;
  const rerun = !isStopped() && isRunTwice(seed, rerunPercent);
  if (rerun) {
    // Without the ladder where nothing broke: the digest may not depend on it either.
    const ladder = record.violation !== undefined;
    const again = await executeCase(scenario, input, { ...quick, ladder }, host);
    if (again.record.digest !== record.digest && !isStopped()) {
      throw new HarnessFault(
        `seed ${seed} had digest ${record.digest}, then ${again.record.digest}; ` +
          `see seedstorm doctor ${name} --seeds ${seed}..${seed}`,
        { seed },
      );
    }
  }
  const key = record.violation?.key;
  if (key !== undefined && !memory.explained.has(key)) {
    memory.explained.add(key);
    result = await executeCase(scenario, result.caseFile, { ...quick, aftermath: true }, host);
  }
  return makeReport(seed, result, rerun);
}

/** Every n-th seed by a fixed rule, spread over the range. */
function isRunTwice(seed: number, percent: number): boolean {
  return (seed * 37) % 100 < percent;
}

function makeReport(seed: number, result: RunResult, rerun: boolean): SeedReport {
  const { record } = result;
  return {
    seed,
    verdict: record.verdict,
    reasons: record.reasons,
    digest: record.digest,
    steps: record.steps,
    virtualUs: record.virtualUs,
    rungs: record.rungs.map(({ id, title, premise }) => [id, title, premise] as const),
    probes: record.probes,
    faults: record.faults,
    operations: record.operations,
    clients: record.clients,
    states: Int32Array.from(result.states),
    latenciesUs: Float64Array.from(result.latenciesUs),
    rerun,
    ...(record.verdict === 'held' ? {} : { record, caseFile: result.caseFile }),
  };
}

/** The digest of a run that never ended. */
export const noDigest = '0000000000000000';

/** The outcome of a run that could not be finished: a handler hung, or its worker died. */
export function unfinishedResult(
  caseFile: CaseFile,
  how: 'hung' | 'died',
  reason: string,
  steps: number,
): RunResult {
  const { choices } = caseFile;
  const broken = how === 'hung';
  const { id, title, statement } = everyStepEnds;
  const values = { reason };
  const key = everyStepEnds.key(values);
  const record: RunRecord = {
    schema: 'seedstorm-run/1',
    scenario: caseFile.scenario,
    seed: choices.kind === 'seed' ? choices.seed : null,
    verdict: broken ? 'broken' : 'inconclusive',
    reasons: [reason],
    digest: noDigest,
    steps,
    virtualUs: 0,
    wallMs: 0,
    config: caseFile.config,
    rungs: broken ? [{ id, title, verdict: 'broken', premise: 1 }] : [],
    probes: {},
    faults: {},
    operations: {},
    ...(broken
      ? {
          violation: {
            rung: id,
            title,
            statement,
            virtualUs: 0,
            step: steps,
            nodes: [],
            values,
            key,
            clientVisible: false,
          },
        }
      : {}),
  };
  const headline = broken ? { rung: id, key } : {};
  const outcome = { verdict: record.verdict, digest: noDigest, ...headline };
  return { record, caseFile: { ...caseFile, outcome }, states: new Set(), latenciesUs: [] };
}

/** The report of a seed that could not be finished. */
export function unfinishedReport(
  seed: number,
  caseFile: CaseFile,
  how: 'hung' | 'died',
  reason: string,
  steps: number,
): SeedReport {
  return makeReport(seed, unfinishedResult(caseFile, how, reason, steps), false);
}
