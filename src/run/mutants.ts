import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HarnessFault } from '../record/harness-fault.ts';
import type { MutantRecord, MutantStatus, MutantsRecord } from '../record/mutants-record.ts';
import type { RunRecord } from '../record/run-record.ts';
import type { SweepRecord } from '../record/sweep-record.ts';
import { UsageError } from '../record/usage-error.ts';
import { copySources, plantMutant } from './mutant-copy.ts';
import type { MutantPatch } from './mutant-patch.ts';

/** How to try mutants. */
export interface MutantsOptions {
  readonly system: string;
  /** Root of the source checkout. */
  readonly root: string;
  readonly mutants: readonly MutantPatch[];
  readonly seeds: readonly [from: number, to: number];
  /** Worker threads of each sweep; default: one per processor. */
  readonly jobs?: number;
  /** The module that is the command line, for a copy of the sources. */
  program(copy: string): string;
  readonly signal?: AbortSignal;
  readonly onBaseline?: (scenario: string) => void;
  readonly onMutant?: (record: MutantRecord) => void;
}

/** A sweep as its process tells of it: the record, and the processor time. */
type TimedSweep = SweepRecord & { readonly cpuMs?: number };

const codeHeld = 0;
const codeBroken = 1;
const codeUsage = 2;
const codeInconclusive = 3;
const exactReplays = 2;
const leastTimeoutMs = 120_000;
/** A mutant may be slower than the baseline, but not without end. */
const timeoutFactor = 10;

/**
 * Plants each bug in a copy of the sources outside of any repository and sweeps the copy. The
 * unchanged sources are swept first over the same seeds; unless they hold, no mutant is tried.
 * @throws UsageError when a patch does not apply
 * @throws HarnessFault when a baseline sweep gives no record
 */
export async function tryMutants(options: MutantsOptions): Promise<MutantsRecord> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'seedstorm-mutants-')));
  const pristine = join(folder, 'baseline');
  const [from, to] = options.seeds;
  const baselines: SweepRecord[] = [];
  const mutants: MutantRecord[] = [];
  const aborted = (): boolean => options.signal?.aborted === true;
  try {
    copySources(options.root, pristine);
    for (const scenario of new Set(options.mutants.map((mutant) => mutant.scenario))) {
      if (aborted()) break;
      options.onBaseline?.(scenario);
      const baseline = await sweepBaseline(scenario, pristine, options);
      if (baseline !== undefined) baselines.push(baseline);
    }
    const sound = baselines.every((baseline) => baseline.verdict === 'held');
    for (const mutant of sound ? options.mutants : []) {
      if (aborted()) break;
      const baseline = baselines.find((record) => record.scenario === mutant.scenario);
      const timeoutMs = Math.max(leastTimeoutMs, timeoutFactor * (baseline?.wallMs ?? 0));
      const record = await tryMutant(mutant, pristine, join(folder, mutant.id), timeoutMs, options);
      if (record === undefined) break;
      mutants.push(record);
      options.onMutant?.(record);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return {
    schema: 'seedstorm-mutants/1',
    system: options.system,
    from,
    to,
    baselines: baselines.map(({ scenario, verdict, reasons, digest, wallMs }) => ({
      scenario,
      verdict,
      reasons,
      digest,
      wallMs,
    })),
    mutants,
    stopped: aborted(),
  };
}

async function sweepBaseline(
  scenario: string,
  copy: string,
  options: MutantsOptions,
): Promise<SweepRecord | undefined> {
  const ended = await runProgram(copy, sweepArguments(scenario, options), undefined, options);
  const record = recordIn<SweepRecord>(ended.stdout);
  if (record !== undefined && [codeHeld, codeBroken, codeInconclusive].includes(ended.code)) {
    return record;
  }
  if (options.signal?.aborted === true) return undefined;
  if (ended.code === codeUsage) {
    throw new UsageError(`${scenario} cannot be swept without any mutant`, copy, ended.stderr);
  }
  throw new HarnessFault(
    `the sweep of ${scenario} without any mutant ended with code ${ended.code}`,
    { details: [ended.stderr.slice(-2_000)] },
  );
}

async function tryMutant(
  mutant: MutantPatch,
  pristine: string,
  copy: string,
  timeoutMs: number,
  options: MutantsOptions,
): Promise<MutantRecord | undefined> {
  copySources(pristine, copy);
  try {
    plantMutant(mutant, pristine, copy);
    const args = [...sweepArguments(mutant.scenario, options), '--bail', '1'];
    const ended = await runProgram(copy, args, timeoutMs, options);
    if (options.signal?.aborted === true) return undefined;
    const record = recordIn<TimedSweep>(ended.stdout);
    const failure = record?.failures[0];
    let status = statusOf(ended);
    if (status === 'killed') {
      const exact = failure !== undefined && (await replaysExactly(failure, mutant, copy, options));
      if (!exact) status = 'not exact';
    }
    return {
      id: mutant.id,
      title: mutant.title,
      scenario: mutant.scenario,
      control: mutant.control,
      canary: mutant.canary,
      status,
      expected: mutant.rungs,
      ...(failure === undefined
        ? {}
        : {
            rung: failure.rung,
            seed: failure.seed,
            seedsToKill: failure.seed - options.seeds[0] + 1,
          }),
      cpuMs: record?.cpuMs ?? 0,
      wallMs: ended.wallMs,
    };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function statusOf(ended: Ended): MutantStatus {
  if (ended.timedOut) return 'timeout';
  if (/heap out of memory|ERR_WORKER_OUT_OF_MEMORY/.test(ended.stderr)) return 'out of memory';
  if (ended.code === codeBroken) return 'killed';
  if (ended.code === codeHeld) return 'survived';
  return ended.code === codeInconclusive ? 'inconclusive' : 'harness fault';
}

/** A kill counts when running the seed again, twice, gives the same digest and the same failure. */
async function replaysExactly(
  failure: SweepRecord['failures'][number],
  mutant: MutantPatch,
  copy: string,
  options: MutantsOptions,
): Promise<boolean> {
  const args =
    failure.case === undefined
      ? ['replay', mutant.scenario, '--seed', String(failure.seed), '--json']
      : ['replay', failure.case, '--json'];
  for (let count = 0; count < exactReplays; count += 1) {
    const ended = await runProgram(copy, args, leastTimeoutMs, options);
    const record = recordIn<RunRecord>(ended.stdout);
    const same = record?.digest === failure.digest && record.violation?.key === failure.key;
    if (ended.code !== codeBroken || !same) return false;
  }
  return true;
}

function sweepArguments(scenario: string, options: MutantsOptions): string[] {
  const jobs = options.jobs === undefined ? [] : ['--jobs', String(options.jobs)];
  return ['sweep', scenario, '--seeds', options.seeds.join('..'), '--json', ...jobs];
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly wallMs: number;
}

function runProgram(
  copy: string,
  args: readonly string[],
  timeoutMs: number | undefined,
  options: MutantsOptions,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(process.execPath, [options.program(copy), ...args], {
      cwd: copy,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    let timedOut = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const stop = (): void => void child.kill('SIGKILL');
    options.signal?.addEventListener('abort', stop, { once: true });
    if (options.signal?.aborted === true) stop();
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            stop();
          }, timeoutMs);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', stop);
      const wallMs = Math.round(performance.now() - began);
      resolve({ code: code ?? -1, stdout, stderr, timedOut, wallMs });
    });
  });
}

/** The record in the last line of standard output. */
function recordIn<T>(stdout: string): T | undefined {
  try {
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as T;
  } catch {
    return undefined;
  }
}
