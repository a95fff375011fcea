import { availableParallelism } from 'node:os';
import { HarnessFault } from '../record/harness-fault.ts';
import type { RunRecord } from '../record/run-record.ts';
import { UsageError } from '../record/usage-error.ts';
import { buildCase, checkSeed } from './build-case.ts';
import { writeCase } from './case-store.ts';
import { drawConfig } from './draw-config.ts';
import { nodeHost } from './host.ts';
import { loadScenario } from './loader.ts';
import { ProgressTeller } from './progress-teller.ts';
import type { ScenarioReference, SweepOptions, SweepResult } from './run-contract.ts';
import type { Scenario } from './scenario-contract.ts';
import { runSeed, type SeedOptions, type SeedReport, unfinishedReport } from './seed-report.ts';
import { SweepCensus } from './sweep-census.ts';
import { installTrap } from './trap.ts';
import { WorkerLost, WorkerSlot } from './worker-slot.ts';

const chunkSize = 4;
/** No worker runs further ahead of the slowest one than this. */
const mostAhead = 512;
const defaults = { rerunPercent: 5, watchdogMs: 20_000, seedsPerWorker: 2_000, casesPerKey: 3 };

/**
 * Runs a range of seeds and adds up what came of them, in order of seed: the same seeds give the
 * same record (but for times), however many workers there are.
 *
 * A scenario given by reference runs in worker threads, one given as an object in this thread.
 *
 * @throws UsageError when seeds, settings or the scenario are wrong
 * @throws HarnessFault when a rung throws, or a seed that is run twice gives two digests
 * @example
 * const { record } = await sweep(pingPong, { seeds: 20 });
 * // record.held => 20
 */
export async function sweep(
  scenario: Scenario | ScenarioReference,
  options: SweepOptions,
): Promise<SweepResult> {
  installTrap();
  const isReference = 'moduleUrl' in scenario;
  const loaded = isReference ? await loadScenario(scenario) : scenario;
  const name = options.name ?? (isReference ? scenario.name : 'inline');
  const at = new SweepAtWork(loaded, name, options);
  const { signal, timeMs } = options;
  const stop = (): void => at.stop();
  signal?.addEventListener('abort', stop);
  const timer = timeMs === undefined ? undefined : setTimeout(stop, timeMs);
  if (signal?.aborted === true) stop();
  try {
    if (isReference) await at.runInWorkers(scenario);
    else await at.runHere();
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    at.progress.tell(true);
  }
  return at.result();
}

class SweepAtWork {
  readonly progress: ProgressTeller;
  readonly #scenario: Scenario;
  readonly #name: string;
  readonly #options: SweepOptions;
  readonly #from: number;
  readonly #to: number;
  readonly #seedOptions: SeedOptions;
  readonly #census: SweepCensus;
  readonly #began = performance.now();
  /** Finished seeds that wait for an earlier one. */
  readonly #waiting = new Map<number, SeedReport>();
  readonly #returned: number[] = [];
  readonly #slots = new Set<WorkerSlot>();
  readonly #ended = new AbortController();
  #handedOut: number;
  #merged: number;
  #finished = 0;
  #stopped = false;

  constructor(scenario: Scenario, name: string, options: SweepOptions) {
    this.#scenario = scenario;
    this.#name = name;
    this.#options = options;
    this.#census = new SweepCensus(options.mergeable === true);
    const [from, to] = typeof options.seeds === 'number' ? [1, options.seeds] : options.seeds;
    checkSeed(from);
    if (to !== Number.POSITIVE_INFINITY) checkSeed(to);
    if (from > to) throw new UsageError(`${from}..${to} is an empty range of seeds`, 'seeds');
    drawConfig(scenario, from, options.settings);
    this.#from = from;
    this.#to = to;
    this.#handedOut = from;
    this.#merged = from;
    const { settings, only, paranoid, stepLimit, historiesDirectory } = options;
    this.#seedOptions = {
      name,
      rerunPercent: options.rerunPercent ?? defaults.rerunPercent,
      ...(settings === undefined ? {} : { settings }),
      ...(only === undefined ? {} : { only }),
      ...(paranoid === undefined ? {} : { paranoid }),
      ...(stepLimit === undefined ? {} : { stepLimit }),
      ...(historiesDirectory === undefined ? {} : { historiesDirectory }),
    };
    const total = to === Number.POSITIVE_INFINITY ? undefined : to - from + 1;
    this.progress = new ProgressTeller(this.#census, total, options.onProgress);
  }

  /** Ends the sweep with what is merged so far. */
  stop(): void {
    if (!this.#isOver()) this.#stopped = true;
    this.#end();
  }

  async runHere(): Promise<void> {
    const memory = { explained: new Set<string>() };
    const { signal } = this.#ended;
    for (let seed = this.#take(1)[0]; seed !== undefined; seed = this.#take(1)[0]) {
      const report = await runSeed(this.#scenario, seed, this.#seedOptions, memory, nodeHost, {
        signal,
      });
      if (signal.aborted) return;
      this.#receive(report);
    }
  }

  async runInWorkers(reference: ScenarioReference): Promise<void> {
    const wanted = this.#options.jobs ?? availableParallelism();
    const jobs = Math.max(1, Math.min(wanted, Math.ceil((this.#to - this.#from + 1) / chunkSize)));
    const lanes = Array.from({ length: jobs }, () => this.#lane(reference));
    try {
      await Promise.all(lanes);
    } finally {
      this.#end();
    }
  }

  result(): SweepResult {
    const wallMs = Math.round(performance.now() - this.#began);
    const end = { name: this.#name, from: this.#from, wallMs, stopped: this.#stopped };
    const record = this.#census.record(this.#scenario, end);
    const mergeable = this.#options.mergeable === true;
    return mergeable ? { record, census: this.#census.snapshot(this.#stopped) } : { record };
  }

  /** One worker after another, each with some chunks of seeds. */
  async #lane(reference: ScenarioReference): Promise<void> {
    const slot = new WorkerSlot(reference, this.#options.watchdogMs ?? defaults.watchdogMs);
    const perWorker = this.#options.seedsPerWorker ?? defaults.seedsPerWorker;
    this.#slots.add(slot);
    let done = 0;
    try {
      for (;;) {
        const seeds = this.#take(chunkSize);
        if (seeds.length === 0) {
          if (this.#isOver() || !this.#mustWait()) return;
          await this.#nextMerge();
          continue;
        }
        await this.#chunk(slot, seeds);
        done += seeds.length;
        if (done < perWorker) continue;
        done = 0;
        await slot.close();
      }
    } finally {
      this.#slots.delete(slot);
      await slot.close();
    }
  }

  async #chunk(slot: WorkerSlot, seeds: readonly number[]): Promise<void> {
    const left = [...seeds];
    try {
      const task = { type: 'seeds', seeds, options: this.#seedOptions } as const;
      await slot.do(task, (piece) => {
        if (piece.type !== 'seed') return;
        left.shift();
        this.#receive(piece.report);
      });
      if (left.length > 0 && !this.#isOver()) {
        throw new HarnessFault(`a worker gave no answer for seed ${left[0]}`, { seed: left[0] });
      }
    } catch (error) {
      const [lost, ...others] = left;
      if (error instanceof HarnessFault && error.seed === undefined) {
        throw new HarnessFault(error.message, { seed: lost, details: error.details });
      }
      if (!(error instanceof WorkerLost) || this.#isOver()) throw error;
      if (lost === undefined) throw error;
      this.#returned.push(...others);
      const { settings = {} } = this.#options;
      const file = buildCase(this.#scenario, { seed: lost, settings }, this.#name);
      this.#receive(unfinishedReport(lost, file, error.how, error.message, error.steps));
    }
  }

  #take(most: number): number[] {
    if (this.#ended.signal.aborted) return [];
    if (this.#returned.length > 0) return this.#returned.splice(0, most);
    const seeds = [];
    while (seeds.length < most && this.#handedOut <= this.#to && !this.#isFarAhead()) {
      seeds.push(this.#handedOut++);
    }
    return seeds;
  }

  #isFarAhead(): boolean {
    return this.#handedOut - this.#merged >= mostAhead;
  }

  /** Nothing can be handed out now, but later. */
  #mustWait(): boolean {
    return this.#merged <= this.#to;
  }

  #wake: (() => void)[] = [];

  #nextMerge(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake.push(resolve);
    });
  }

  #receive(report: SeedReport): void {
    if (this.#ended.signal.aborted) return;
    this.#finished++;
    this.#waiting.set(report.seed, report);
    for (;;) {
      const next = this.#waiting.get(this.#merged);
      if (next === undefined) break;
      this.#waiting.delete(this.#merged);
      this.#merged++;
      this.#merge(next);
      if (this.#ended.signal.aborted) return;
    }
    this.progress.tell(false, this.#finished);
    if (this.#merged > this.#to) this.#end();
    for (const wake of this.#wake.splice(0)) wake();
  }

  #merge(report: SeedReport): void {
    const { failuresDirectory, casesPerKey = defaults.casesPerKey } = this.#options;
    let path: string | undefined;
    if (report.caseFile !== undefined && failuresDirectory !== undefined) {
      path = writeCase(failuresDirectory, report.caseFile, casesPerKey);
    }
    this.#census.add(report, path);
    if (report.record?.violation === undefined) return;
    const record: RunRecord = { ...report.record, ...(path === undefined ? {} : { case: path }) };
    this.#options.onFailure?.(record);
    if (this.#options.failFast === true) {
      this.#stopped = this.#merged <= this.#to;
      this.#end();
    }
  }

  #isOver(): boolean {
    return this.#ended.signal.aborted;
  }

  #end(): void {
    this.#ended.abort();
    for (const slot of this.#slots) void slot.close();
    for (const wake of this.#wake.splice(0)) wake();
  }
}
