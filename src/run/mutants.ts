import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HarnessFault } from '../record/harness-fault.ts';
import type { BaselineRecord, MutantRecord, MutantsRecord } from '../record/mutants-record.ts';
import type { SweepRecord } from '../record/sweep-record.ts';
import { UsageError } from '../record/usage-error.ts';
import { type Attempt, beginAttempt, isOpen, recordOf, takeEnd } from './mutant-attempt.ts';
import { checkPatches, copySources, MutantCopy } from './mutant-copy.ts';
import type { MutantPatch } from './mutant-patch.ts';
import { type CopyEnd, runInCopy } from './mutant-process.ts';

/** How to try mutants. */
export interface MutantsOptions {
  readonly system: string;
  /** Root of the source checkout. */
  readonly root: string;
  readonly mutants: readonly MutantPatch[];
  /** Seeds that a mutant is allowed, both ends included. */
  readonly seeds: readonly [from: number, to: number];
  /** Seeds that a control is allowed, from the same first one; default: as many. */
  readonly controlSeeds?: number;
  /** Processor time that a mutant is allowed. */
  readonly cpuLimitMs?: number;
  /** The only rungs that judge; default: all of the ladder. */
  readonly rungs?: readonly string[];
  /** First seeds of the range over which each rung is judged without the others. */
  readonly censusSeeds: number;
  /** Mutants that are tried side by side. */
  readonly jobs: number;
  /** The module that runs a copy of the sources: `mutant-child`. */
  program(copy: string): string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: MutantsProgress) => void;
  readonly onMutant?: (record: MutantRecord) => void;
  /** Told of the rungs that a baseline climbed. */
  readonly onLadder?: (rungs: readonly { readonly id: string; readonly title: string }[]) => void;
}

/** How far the trials are. */
export interface MutantsProgress {
  /** Mutants that are settled, and all. */
  readonly settled: number;
  readonly total: number;
  readonly killed: number;
  /** What is under way: `baseline` or ids of mutants, with the seeds that they have behind them. */
  readonly busy: readonly (readonly [name: string, seeds: number])[];
}

/** Ends of the rounds, in seeds: most bugs show early, and only the others are worth more. */
const roundEnds: readonly number[] = [100, 500];
const leastTimeoutMs = 300_000;
/** A mutant may be slower than the baseline, but not without end. */
const timeoutFactor = 10;

/**
 * Plants each bug in a copy of the sources outside of any repository and sweeps the copy, in rounds
 * of more and more seeds. In each round the unchanged sources come first, over the same seeds;
 * unless they hold, no mutant is tried on them.
 *
 * @throws UsageError when a patch does not apply
 * @throws HarnessFault when a baseline sweep gives no record
 */
export async function tryMutants(options: MutantsOptions): Promise<MutantsRecord> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'seedstorm-mutants-')));
  const work = new MutantsAtWork(options, folder);
  try {
    await work.run();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return work.record();
}

class MutantsAtWork {
  readonly #options: MutantsOptions;
  readonly #pristine: string;
  readonly #folder: string;
  readonly #attempts: readonly Attempt[];
  readonly #baselines: BaselineRecord[] = [];
  readonly #copies: MutantCopy[] = [];
  readonly #busy = new Map<string, number>();
  #failed: Error | undefined;

  constructor(options: MutantsOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
    this.#pristine = join(folder, 'baseline');
    this.#attempts = options.mutants.map((mutant) => beginAttempt(mutant));
  }

  record(): MutantsRecord {
    const { system, seeds } = this.#options;
    return {
      schema: 'seedstorm-mutants/1',
      system,
      from: seeds[0],
      to: seeds[1],
      baselines: this.#baselines,
      mutants: this.#attempts.filter((attempt) => !isOpen(attempt)).map(recordOf),
      stopped: this.#isAborted(),
    };
  }

  async run(): Promise<void> {
    const { root, mutants, seeds } = this.#options;
    copySources(root, this.#pristine);
    checkPatches(mutants, this.#pristine);
    const total = seeds[1] - seeds[0] + 1;
    let done = 0;
    for (const end of [...roundEnds.filter((bound) => bound < total), total]) {
      const open = this.#attempts.filter((attempt) => isOpen(attempt));
      if (open.length === 0) return;
      const range = [seeds[0] + done, seeds[0] + end - 1] as const;
      if (!(await this.#baselinesHold(open, range)) || this.#isAborted()) return;
      await this.#round(open, range, end === total);
      if (this.#isAborted()) return;
      done = end;
    }
  }

  #isAborted(): boolean {
    return this.#options.signal?.aborted === true;
  }

  async #baselinesHold(
    open: readonly Attempt[],
    [from, to]: readonly [number, number],
  ): Promise<boolean> {
    for (const scenario of new Set(open.map(({ mutant }) => mutant.scenario))) {
      if (this.#isAborted()) return false;
      this.#busy.set(`${scenario} without a bug`, 0);
      const record = await this.#sweepBaseline(scenario, from, to);
      this.#busy.clear();
      if (record === undefined) return false;
      const { verdict, reasons, digest, wallMs } = record;
      this.#baselines.push({ scenario, from, to, verdict, reasons, digest, wallMs });
      if (verdict !== 'held') return false;
    }
    return true;
  }

  async #sweepBaseline(
    scenario: string,
    from: number,
    to: number,
  ): Promise<SweepRecord | undefined> {
    const { jobs, program, signal, rungs } = this.#options;
    const end = await runInCopy({
      copy: this.#pristine,
      program: program(this.#pristine),
      task: {
        type: 'baseline',
        scenario,
        from,
        to,
        jobs,
        ...(rungs === undefined ? {} : { rungs }),
      },
      signal,
      onProgress: (seeds) => this.#tell(`${scenario} without a bug`, seeds),
    });
    if (end.how === 'stopped') return undefined;
    if (end.how === 'result') {
      const { record, rungs } = end.result as {
        record: SweepRecord;
        rungs: { id: string; title: string }[];
      };
      this.#options.onLadder?.(rungs);
      return record;
    }
    const what = `${scenario} cannot be swept without any mutant`;
    if (end.how === 'failed' && end.isUsage) throw new UsageError(what, '', end.error.message);
    throw new HarnessFault(`${what}: ${described(end)}`);
  }

  async #round(
    open: readonly Attempt[],
    range: readonly [number, number],
    isLast: boolean,
  ): Promise<void> {
    const queue = [...open];
    const lane = async (place: number): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        if (this.#isAborted() || this.#failed !== undefined) return;
        try {
          await this.#try(next, this.#copy(place), range, isLast);
        } catch (error) {
          this.#failed ??= error as Error;
        }
      }
    };
    const lanes = Math.min(queue.length, Math.max(1, this.#options.jobs));
    await Promise.all(Array.from({ length: lanes }, (_, place) => lane(place)));
    if (this.#failed !== undefined) throw this.#failed;
  }

  /** Each lane has a copy of its own, in which it plants one bug after another. */
  #copy(place: number): MutantCopy {
    this.#copies[place] ??= new MutantCopy(this.#pristine, join(this.#folder, `lane-${place}`));
    return this.#copies[place];
  }

  async #try(
    attempt: Attempt,
    copy: MutantCopy,
    [from, to]: readonly [number, number],
    isLast: boolean,
  ): Promise<void> {
    const { mutant } = attempt;
    const { program, signal, seeds, controlSeeds, censusSeeds, cpuLimitMs, rungs } = this.#options;
    const own = mutant.control ? (controlSeeds ?? Number.POSITIVE_INFINITY) : undefined;
    const last = own === undefined ? to : Math.min(to, seeds[0] + own - 1);
    this.#tell(mutant.id, 0);
    try {
      copy.plant(mutant);
      const began = performance.now();
      const end = await runInCopy({
        copy: copy.folder,
        program: program(copy.folder),
        task: {
          type: 'trial',
          task: {
            scenario: mutant.scenario,
            from,
            to: last,
            ...(rungs === undefined ? {} : { rungs }),
            ...(censusSeeds === 0 ? {} : { census: this.#censusRange() }),
            ...(cpuLimitMs === undefined ? {} : { cpuLimitMs: cpuLimitMs - attempt.cpuMs }),
          },
        },
        timeoutMs: this.#timeoutMs(mutant.scenario),
        signal,
        onProgress: (count) => this.#tell(mutant.id, count),
      });
      const isFull = last < to || isLast || attempt.cpuMs >= (cpuLimitMs ?? Infinity);
      takeEnd(attempt, end, Math.round(performance.now() - began), isFull);
    } finally {
      copy.restore();
      this.#busy.delete(mutant.id);
    }
    if (isOpen(attempt)) return;
    this.#options.onMutant?.(recordOf(attempt));
    this.#tell();
  }

  #censusRange(): readonly [number, number] {
    const { seeds, censusSeeds } = this.#options;
    return [seeds[0], Math.min(seeds[1], seeds[0] + censusSeeds - 1)];
  }

  #timeoutMs(scenario: string): number {
    const baseline = this.#baselines.findLast((record) => record.scenario === scenario);
    const ownMs = (baseline?.wallMs ?? 0) * this.#options.jobs;
    return Math.max(leastTimeoutMs, timeoutFactor * ownMs);
  }

  #tell(name?: string, seeds: number = 0): void {
    if (name !== undefined) this.#busy.set(name, seeds);
    const settled = this.#attempts.filter((attempt) => !isOpen(attempt));
    this.#options.onProgress?.({
      settled: settled.length,
      total: this.#attempts.length,
      killed: settled.filter(({ status }) => status === 'killed').length,
      busy: [...this.#busy],
    });
  }
}

function described(end: CopyEnd): string {
  if (end.how === 'failed') return end.error.message;
  if (end.how === 'died') return `its process ended with code ${end.code}\n${end.stderr}`;
  return end.how;
}
