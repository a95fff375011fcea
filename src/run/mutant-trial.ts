import type { Ladder } from '../checkers/ladder-contract.ts';
import { HarnessFault } from '../record/harness-fault.ts';
import type { MutantCensus, MutantStatus } from '../record/mutants-record.ts';
import type { RunRecord } from '../record/run-record.ts';
import { buildCase } from './build-case.ts';
import { everyStepEnds } from './every-step-ends.ts';
import type { ScenarioReference } from './run-contract.ts';
import type { Scenario } from './scenario-contract.ts';
import { unfinishedResult } from './seed-report.ts';
import type { PlainRunOptions } from './worker-protocol.ts';
import { WorkerLost, WorkerSlot } from './worker-slot.ts';

/** What a process with a planted bug is asked to do. Plain data. */
export interface TrialTask {
  /** The scenario, as it is found below the working directory. */
  readonly scenario: string;
  readonly from: number;
  readonly to: number;
  /** Seeds over which each rung is judged without the others, once there is a kill. */
  readonly census?: readonly [from: number, to: number];
  /** The only rungs that judge; default: all of the ladder. */
  readonly rungs?: readonly string[];
  /** No further seed is begun after this much processor time. */
  readonly cpuLimitMs?: number;
}

/** How the hunt stands. */
export interface TrialProgress {
  readonly seeds: number;
  readonly stage: 'hunt' | 'replay' | 'census';
}

/** What came of it. */
export interface TrialResult {
  readonly status: Extract<MutantStatus, 'killed' | 'survived' | 'not exact' | 'out of memory'>;
  readonly reason?: string;
  /** The first broken run. */
  readonly kill?: Pick<RunRecord, 'digest'> & {
    readonly seed: number;
    readonly rung: string;
    readonly key: string;
    readonly step: number;
    readonly virtualUs: number;
  };
  /** Seeds that were run, and those without a verdict. */
  readonly seeds: number;
  readonly unclear: number;
  readonly cpuMs: number;
  readonly census?: MutantCensus;
}

const exactReplays = 2;
const watchdogMs = 10_000;
/** The census ends with the seeds that it has when it has taken this much processor time. */
const censusCpuLimitMs = 60_000;

/**
 * Looks for the first seed that breaks a rung; a kill counts when running the seed again, twice and
 * in fresh workers, gives the same digest and the same failure. Then takes the census.
 *
 * @throws HarnessFault when a rung throws
 */
export class MutantTrial {
  readonly #reference: ScenarioReference;
  readonly #scenario: Scenario;
  readonly #task: TrialTask;
  readonly #tell: (progress: TrialProgress) => void;
  #slot: WorkerSlot;

  constructor(
    reference: ScenarioReference,
    scenario: Scenario,
    task: TrialTask,
    tell: (progress: TrialProgress) => void,
  ) {
    this.#reference = reference;
    this.#scenario = scenario;
    this.#task = task;
    this.#tell = tell;
    this.#slot = new WorkerSlot(reference, watchdogMs);
  }

  /** Does it all. */
  async run(): Promise<TrialResult> {
    try {
      return await this.#hunt();
    } finally {
      await this.#slot.close();
    }
  }

  async #hunt(): Promise<TrialResult> {
    const { from, to, cpuLimitMs = Number.POSITIVE_INFINITY } = this.#task;
    let unclear = 0;
    let reason: string | undefined;
    let seeds = 0;
    for (let seed = from; seed <= to && cpuMs() < cpuLimitMs; seed++) {
      const record = await this.#once(seed, { aftermath: false });
      seeds++;
      const { violation, digest, verdict } = record;
      if (violation !== undefined) {
        const { rung, key, step, virtualUs } = violation;
        const kill = { seed, digest, rung, key, step, virtualUs };
        return await this.#confirm({ kill, seeds, unclear, cpuMs: cpuMs() });
      }
      if (verdict === 'inconclusive') {
        unclear++;
        reason ??= `seed ${seed}: ${record.reasons[0] ?? ''}`;
        if (isOutOfMemory(record)) {
          return { status: 'out of memory', reason, seeds, unclear, cpuMs: cpuMs() };
        }
      }
      this.#tell({ seeds, stage: 'hunt' });
    }
    const why = reason === undefined ? {} : { reason };
    return { status: 'survived', seeds, unclear, cpuMs: cpuMs(), ...why };
  }

  async #confirm(found: Omit<TrialResult, 'status'>): Promise<TrialResult> {
    const { seed, digest, key } = found.kill!;
    this.#tell({ seeds: found.seeds, stage: 'replay' });
    for (let count = 0; count < exactReplays; count++) {
      await this.#slot.close();
      const again = await this.#once(seed, { aftermath: false });
      if (again.digest === digest && again.violation?.key === key) continue;
      const other = again.violation?.key ?? again.verdict;
      const reason = `seed ${seed}: ${key} with digest ${digest}, then ${other}, ${again.digest}`;
      return { ...found, status: 'not exact', reason };
    }
    const census = await this.#census(seed, found.seeds);
    return { ...found, status: 'killed', ...(census === undefined ? {} : { census }) };
  }

  /**
   * Runs seeds to their end with every rung on watch after the first break too. The seeds before
   * the first kill are known: nothing broke in them. A kill beyond the census is looked at as well,
   * for the rungs that see it.
   */
  async #census(firstKill: number, seeds: number): Promise<MutantCensus | undefined> {
    const { census: range } = this.#task;
    if (range === undefined) return undefined;
    const [from, to] = range;
    const count = new CensusCount(this.#scenario.ladder);
    const endMs = cpuMs() + censusCpuLimitMs;
    let last = Math.max(to, firstKill);
    for (let seed = firstKill; seed <= last; seed++) {
      this.#tell({ seeds, stage: 'census' });
      count.add(await this.#toTheEnd(seed), seed, seed <= to);
      if (cpuMs() > endMs) last = seed;
    }
    const rungs = [];
    for (const rung of count.rungs()) {
      const only = [rung.id];
      const alone = await this.#once(rung.seed, { only, aftermath: false });
      rungs.push({ ...rung, alone: alone.violation?.rung === rung.id });
    }
    const { kills, blackBox } = count;
    return { seeds: Math.min(last, to) - from + 1, kills, blackBox, rungs };
  }

  /** Goes on after the first break, or not where the harness stumbles over the wreck. */
  async #toTheEnd(seed: number): Promise<RunRecord> {
    try {
      return await this.#once(seed, { stopAtFirst: false });
    } catch (error) {
      if (!(error instanceof HarnessFault)) throw error;
      return await this.#once(seed, { aftermath: false });
    }
  }

  /** Runs a seed in the worker; one that hangs or dies gets a record that says so. */
  async #once(seed: number, options: PlainRunOptions): Promise<RunRecord> {
    const { rungs } = this.#task;
    const { name } = this.#reference;
    const told = { name, ...(rungs === undefined ? {} : { only: rungs }), ...options };
    const task = { type: 'run', input: { seed }, options: told } as const;
    let record: RunRecord | undefined;
    try {
      await this.#slot.do({ ...task, events: false }, (piece) => {
        if (piece.type === 'result') ({ record } = piece.result);
      });
    } catch (error) {
      if (!(error instanceof WorkerLost)) throw error;
      const file = buildCase(this.#scenario, { seed }, name);
      ({ record } = unfinishedResult(file, error.how, error.message, error.steps));
      this.#slot = new WorkerSlot(this.#reference, watchdogMs);
    }
    return record!;
  }
}

/** Adds up which rungs broke. */
class CensusCount {
  kills = 0;
  blackBox = 0;
  readonly #ladder: Ladder;
  readonly #rungs = new Map<string, { kills: number; readonly seed: number }>();

  constructor(ladder: Ladder) {
    this.#ladder = ladder;
  }

  /** @param counts whether the seed is one of the census */
  add(record: RunRecord, seed: number, counts: boolean): void {
    const red = record.rungs.filter(({ verdict }) => verdict === 'broken').map(({ id }) => id);
    const share = counts ? 1 : 0;
    for (const id of red) {
      const rung = this.#rungs.get(id);
      if (rung === undefined) this.#rungs.set(id, { kills: share, seed });
      else rung.kills += share;
    }
    if (red.length > 0) this.kills += share;
    if (red.some((id) => this.#isBlackBox(id))) this.blackBox += share;
  }

  /** Those that broke, lowest first. */
  rungs(): readonly { readonly id: string; readonly kills: number; readonly seed: number }[] {
    const order = this.#ladder.rungs.map(({ id }) => id);
    return [...this.#rungs]
      .map(([id, rung]) => ({ id, ...rung }))
      .sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
  }

  /** What can be seen without a look inside: crashes, and in the end the clients' own experience. */
  #isBlackBox(id: string): boolean {
    if (id === everyStepEnds.id) return true;
    const rung = this.#ladder.rungs.find((known) => known.id === id);
    return rung?.kind === 'eventually' && rung.clientVisible === true;
  }
}

function isOutOfMemory(record: RunRecord): boolean {
  return /memory limit|heap out of memory|OUT_OF_MEMORY/i.test(record.reasons.join(' '));
}

/** Processor time of this process so far, all its threads together. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return Math.round((user + system) / 1_000);
}
