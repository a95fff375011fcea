import type { CensusSnapshot } from '../record/census-snapshot.ts';
import type { Outcome } from '../record/run-record.ts';
import type {
  ClientsCensus,
  FamilyCensus,
  SweepFailure,
  SweepRecord,
  SweepRung,
} from '../record/sweep-record.ts';
import { Digest } from '../sim/digest.ts';
import { Histogram } from './histogram.ts';
import { judge } from './judge.ts';
import type { Scenario } from './scenario-contract.ts';
import type { SeedReport } from './seed-report.ts';

const mostUnclear = 20;
const mostFailures = 1_000;
const mostStates = 2_000_000;
const stateWindow = 1_000;

interface Family {
  seeds: number;
  begun: number;
  refused: number;
  never: number;
  readonly durations: Histogram;
}

/** How a sweep ended. */
export interface SweepEnd {
  readonly name: string;
  readonly from: number;
  readonly wallMs: number;
  readonly stopped: boolean;
}

/** Adds up the seeds of a sweep, in order of seed, in memory that does not grow with their number. */
export class SweepCensus {
  held = 0;
  broken = 0;
  inconclusive = 0;
  steps = 0;
  readonly failures: SweepFailure[] = [];
  readonly #digest = new Digest();
  readonly #rungs = new Map<string, { title: string; premise: number; broken: number }>();
  readonly #probes = new Map<string, number>();
  readonly #operations = new Map<string, number>();
  readonly #families = new Map<string, Family>();
  readonly #latencies = new Histogram();
  readonly #states = new Set<number>();
  /** New states of the last seeds, in a ring. */
  readonly #newStates = new Int32Array(stateWindow);
  readonly #unclear: { seed: number; reason: string; case?: string }[] = [];
  readonly #clients = { ok: 0, fail: 0, unknown: 0 };
  #clientSeeds = 0;
  #completedMillionths = 0;
  /** Kept only where a census is to be handed over. */
  readonly #kept: { readonly digests: string[]; readonly states: number[][] } | undefined;
  #virtualUs = 0;
  #rerun = 0;
  #first = -1;
  #last = -1;

  /** @param mergeable whether `snapshot` will be asked for: then memory grows with the seeds */
  constructor(mergeable: boolean = false) {
    this.#kept = mergeable ? { digests: [], states: [] } : undefined;
  }

  /** Seeds so far. */
  get seeds(): number {
    return this.held + this.broken + this.inconclusive;
  }

  /** Adds the next seed. `casePath` is where its case file was written. */
  add(report: SeedReport, casePath: string | undefined): void {
    const order = this.seeds;
    this[report.verdict]++;
    this.steps += report.steps;
    this.#virtualUs += report.virtualUs;
    if (this.#first < 0) this.#first = report.seed;
    this.#last = report.seed;
    if (report.rerun) this.#rerun++;
    this.#addDigest(report.digest);
    for (const [id, title, premise] of report.rungs) {
      const rung = this.#rungs.get(id);
      if (rung === undefined) this.#rungs.set(id, { title, premise, broken: 0 });
      else rung.premise += premise;
    }
    addCounts(this.#probes, report.probes);
    addCounts(this.#operations, report.operations);
    this.#addFaults(report);
    this.#addClients(report);
    this.#newStates[order % stateWindow] = this.#addStates(report.states);
    this.#addOutcome(report, casePath);
  }

  /** The record of what was added so far. */
  record(scenario: Scenario, end: SweepEnd): SweepRecord {
    const families = this.#familyCensus();
    const clients = this.#clientsCensus();
    const rungs = [...this.#rungs].map(([id, rung]): SweepRung => ({ id, ...rung }));
    const probes = Object.fromEntries(this.#probes);
    const seeds = this.seeds;
    const reasons = [...this.#outcomeReasons()];
    const operations = Object.fromEntries(this.#operations);
    const met = { seeds, rungs, probes, families, clients, operations };
    if (seeds > 0) reasons.push(...judge(scenario, met));
    else reasons.push('no seed was finished');
    const verdict: Outcome =
      this.broken > 0 ? 'broken' : reasons.length > 0 ? 'inconclusive' : 'held';
    return {
      schema: 'seedstorm-sweep/1',
      scenario: end.name,
      from: end.from,
      to: seeds === 0 ? end.from - 1 : this.#last,
      verdict,
      reasons,
      held: this.held,
      broken: this.broken,
      inconclusive: this.inconclusive,
      digest: this.#digest.toString(),
      steps: this.steps,
      virtualUs: this.#virtualUs,
      wallMs: end.wallMs,
      newStatesPer1000: this.#newStatesPer1000(),
      states: this.#states.size,
      rungs,
      probes,
      faults: families,
      operations,
      clients,
      failures: this.failures,
      unclear: this.#unclear,
      rerun: this.#rerun,
      stopped: end.stopped,
    };
  }

  /** All that was added so far, for `absorb`; the census must have been made for it. */
  snapshot(stopped: boolean): CensusSnapshot {
    const { digests = [], states = [] } = this.#kept ?? {};
    const families = [...this.#families].map(
      ([name, { durations, ...counts }]) =>
        [name, { ...counts, durations: durations.snapshot() }] as const,
    );
    return {
      held: this.held,
      broken: this.broken,
      inconclusive: this.inconclusive,
      steps: this.steps,
      virtualUs: this.#virtualUs,
      rerun: this.#rerun,
      first: this.#first,
      last: this.#last,
      stopped,
      rungs: [...this.#rungs].map(([id, { title, premise, broken }]) => [
        id,
        title,
        premise,
        broken,
      ]),
      probes: Object.fromEntries(this.#probes),
      operations: Object.fromEntries(this.#operations),
      families: Object.fromEntries(families),
      latencies: this.#latencies.snapshot(),
      clients: { ...this.#clients },
      clientSeeds: this.#clientSeeds,
      completedMillionths: this.#completedMillionths,
      digests,
      states,
      failures: this.failures,
      unclear: this.#unclear,
    };
  }

  /** Adds the next seeds, which another census has counted. */
  absorb(part: CensusSnapshot): void {
    const before = this.seeds;
    this.held += part.held;
    this.broken += part.broken;
    this.inconclusive += part.inconclusive;
    this.steps += part.steps;
    this.#virtualUs += part.virtualUs;
    this.#rerun += part.rerun;
    if (this.#first < 0) this.#first = part.first;
    if (part.last >= 0) this.#last = part.last;
    for (const digest of part.digests) this.#addDigest(digest);
    for (const [at, states] of part.states.entries()) {
      this.#newStates[(before + at) % stateWindow] = this.#addStates(states);
    }
    for (const [id, title, premise, broken] of part.rungs) {
      const rung = this.#rungs.get(id);
      const sum = { premise: (rung?.premise ?? 0) + premise, broken: (rung?.broken ?? 0) + broken };
      this.#rungs.set(id, { title, ...sum });
    }
    addCounts(this.#probes, part.probes);
    addCounts(this.#operations, part.operations);
    for (const [name, { durations, ...counts }] of Object.entries(part.families)) {
      const family = this.#family(name);
      family.seeds += counts.seeds;
      family.begun += counts.begun;
      family.refused += counts.refused;
      family.never += counts.never;
      family.durations.absorb(durations);
    }
    this.#latencies.absorb(part.latencies);
    this.#clients.ok += part.clients.ok;
    this.#clients.fail += part.clients.fail;
    this.#clients.unknown += part.clients.unknown;
    this.#clientSeeds += part.clientSeeds;
    this.#completedMillionths += part.completedMillionths;
    this.failures.push(...part.failures.slice(0, mostFailures - this.failures.length));
    this.#unclear.push(...part.unclear.slice(0, mostUnclear - this.#unclear.length));
  }

  #addOutcome(report: SeedReport, casePath: string | undefined): void {
    const found = casePath === undefined ? {} : { case: casePath };
    const violation = report.record?.violation;
    if (violation !== undefined) {
      const { rung: id, title, key, step, virtualUs } = violation;
      const rung = this.#rungs.get(id);
      if (rung !== undefined) rung.broken++;
      if (this.failures.length >= mostFailures) return;
      const { seed, digest } = report;
      this.failures.push({ seed, rung: id, title, key, step, virtualUs, digest, ...found });
    } else if (report.verdict === 'inconclusive' && this.#unclear.length < mostUnclear) {
      this.#unclear.push({ seed: report.seed, reason: report.reasons[0] ?? '', ...found });
    }
  }

  #outcomeReasons(): readonly string[] {
    const reasons = [];
    if (this.broken > 0) reasons.push(`${count(this.broken)} broke a rung`);
    if (this.inconclusive > 0) {
      const first = this.#unclear[0]!;
      const { length } = this.#unclear;
      const example = length > 0 ? `, first seed ${first.seed}: ${first.reason}` : '';
      reasons.push(`${count(this.inconclusive)} inconclusive${example}`);
    }
    return reasons;
  }

  #addFaults(report: SeedReport): void {
    for (const [name, fault] of Object.entries(report.faults)) {
      const family = this.#family(name);
      if (fault.begun > 0) family.seeds++;
      family.begun += fault.begun;
      family.refused += fault.refused;
      family.never += fault.never;
      for (const duration of fault.durationsUs) family.durations.add(duration);
    }
  }

  #family(name: string): Family {
    let family = this.#families.get(name);
    if (family === undefined) {
      family = { seeds: 0, begun: 0, refused: 0, never: 0, durations: new Histogram() };
      this.#families.set(name, family);
    }
    return family;
  }

  #familyCensus(): Record<string, FamilyCensus> {
    const census: Record<string, FamilyCensus> = {};
    for (const name of [...this.#families.keys()].sort()) {
      const { durations, ...counts } = this.#families.get(name)!;
      census[name] = { ...counts, medianUs: durations.quantile(0.5), maxUs: durations.max };
    }
    return census;
  }

  #addClients(report: SeedReport): void {
    for (const latency of report.latenciesUs) this.#latencies.add(latency);
    if (report.clients === undefined) return;
    const { ok, fail, unknown } = report.clients;
    this.#clients.ok += ok;
    this.#clients.fail += fail;
    this.#clients.unknown += unknown;
    const operations = ok + fail + unknown;
    if (operations === 0) return;
    this.#clientSeeds++;
    // Whole numbers, so that the sum does not depend on the order of shards.
    this.#completedMillionths += Math.round((ok * 1_000_000) / operations);
  }

  #clientsCensus(): ClientsCensus {
    const { ok, fail, unknown } = this.#clients;
    return {
      operations: ok + fail + unknown,
      ok,
      fail,
      unknown,
      completedShare:
        this.#clientSeeds === 0 ? 0 : this.#completedMillionths / this.#clientSeeds / 1_000_000,
      latencyMedianUs: this.#latencies.quantile(0.5),
      latencyP99Us: this.#latencies.quantile(0.99),
      latencyMaxUs: this.#latencies.max,
    };
  }

  #addDigest(digest: string): void {
    this.#digest.text(digest);
    this.#kept?.digests.push(digest);
  }

  #addStates(states: Iterable<number>): number {
    const before = this.#states.size;
    const fresh: number[] | undefined = this.#kept === undefined ? undefined : [];
    if (before < mostStates) {
      for (const state of states) {
        if (fresh !== undefined && !this.#states.has(state)) fresh.push(state);
        this.#states.add(state);
      }
    }
    if (fresh !== undefined) this.#kept?.states.push(fresh);
    return this.#states.size - before;
  }

  #newStatesPer1000(): number {
    const window = Math.min(this.seeds, stateWindow);
    if (window === 0) return 0;
    let found = 0;
    for (let at = 0; at < window; at++) found += this.#newStates[at]!;
    return Math.round((found * 1_000) / window);
  }
}

function addCounts(into: Map<string, number>, from: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(from)) into.set(name, (into.get(name) ?? 0) + value);
}

function count(seeds: number): string {
  return seeds === 1 ? '1 seed' : `${seeds} seeds`;
}
