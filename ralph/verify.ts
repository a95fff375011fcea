import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { MutantsRecord } from '../src/record/mutants-record.ts';
import type { RunRecord } from '../src/record/run-record.ts';
import type { SweepRecord } from '../src/record/sweep-record.ts';
import { fingerprint } from '../src/run/case-store.ts';
import { freshSeeds, hashOfSources } from '../src/run/source-hash.ts';
import type { Failure } from './journal-record.ts';
import { lawsAt, type Plan, type PlanRung, rungOfLaw } from './plan.ts';
import { runGroup, runMark } from './process-group.ts';
import { linesFrom, pinnedCases, sizeOf } from './tree-files.ts';
import { type RunVerb, shownCommand, type VerbEnd } from './tree-verbs.ts';

/** What verification needs to know beside the tree. */
export interface VerifyContext {
  readonly plan: Plan;
  readonly run: string;
  readonly verbs: RunVerb;
  /** Worker threads of sweeps. */
  readonly jobs: number;
  /** Failures of the past: their seeds must hold. */
  readonly failures: readonly Failure[];
  readonly signal: AbortSignal;
  /** Told of each step when it is done, one line. */
  readonly onStep: (line: string) => void;
  /** Told of each command when it begins, and of its process. */
  readonly onCommand: (command: string, pid: number) => void;
}

/** Something that broke. */
export interface Finding {
  readonly failure: Failure;
  /** Absolute path of a case file, if there is one. */
  readonly casePath?: string | undefined;
  /** What a check or the kill matrix printed. */
  readonly text?: string | undefined;
}

/** What verifying a rung came to. Only `green` is green. */
export interface Verification {
  readonly verdict:
    | 'green'
    | 'red'
    /** A planted bug was not found: the laws or the storm are too weak. */
    | 'weak'
    | 'inconclusive'
    /** The harness is at fault, or the system is not deterministic. */
    | 'fault'
    /** The tree cannot be run. */
    | 'unusable'
    | 'stopped';
  readonly why: string;
  readonly finding?: Finding | undefined;
  /** Lines that the verbs added to the evidence. */
  readonly evidence: readonly string[];
  readonly seeds: readonly (readonly [from: number, to: number])[];
}

const fewSeeds = 20;
const pastFailures = 20;
const defaultMutantSeeds = 200;
const shownErrors = 2_000;

type Outcome = Pick<Verification, 'verdict' | 'why' | 'finding'>;

/**
 * Puts one rung to the test, what is cheap first, and ends at the first thing that is not green:
 * checks, failures of the past, pinned cases, the proof of determinism, few seeds, all seeds, lower
 * rungs of other scenarios, planted bugs.
 */
export async function verifyRung(
  tree: string,
  index: number,
  context: VerifyContext,
): Promise<Verification> {
  const work = new VerifyWork(tree, index, context);
  const outcome = (await work.run()) ?? { verdict: 'green', why: 'all of it held' };
  return { ...outcome, evidence: work.evidence, seeds: work.seeds };
}

class VerifyWork {
  readonly evidence: string[] = [];
  readonly seeds: (readonly [number, number])[] = [];
  readonly #tree: string;
  readonly #index: number;
  readonly #context: VerifyContext;
  readonly #rung: PlanRung;
  readonly #from: number;

  constructor(tree: string, index: number, context: VerifyContext) {
    this.#tree = tree;
    this.#index = index;
    this.#context = context;
    this.#rung = context.plan.rungs[index]!;
    this.#from = freshSeeds(hashOfSources(tree));
  }

  async run(): Promise<Outcome | undefined> {
    const { seeds } = this.#rung;
    const steps: readonly (() => Promise<Outcome | undefined>)[] = [
      () => this.#checks(),
      () => this.#pastFailures(),
      () => this.#pinnedCases(),
      () => this.#doctor(),
      () => this.#few(),
      () => this.#sweep(this.#index, seeds, false),
      () => this.#lowerRungs(),
      () => this.#mutants(),
    ];
    for (const step of steps) {
      const outcome = await step();
      if (this.#context.signal.aborted) return { verdict: 'stopped', why: 'interrupted' };
      if (outcome !== undefined) return outcome;
    }
    return undefined;
  }

  async #checks(): Promise<Outcome | undefined> {
    const { plan, run, signal, onStep, onCommand } = this.#context;
    for (const argv of plan.checks ?? []) {
      const command = argv.join(' ');
      let text = '';
      const end = await runGroup({
        argv,
        cwd: this.#tree,
        env: { ...process.env, [runMark]: run },
        signal,
        onStart: (pid) => onCommand(command, pid),
        onOutput: (chunk) => {
          text = (text + chunk.toString('utf8')).slice(-shownErrors);
        },
      });
      const held = end.how === 'exited' && end.code === 0;
      onStep(stepLine(held ? 'held' : 'broken', end.wallMs, command, held ? '' : end.why));
      if (held) continue;
      const key = fingerprint(command);
      const failure = this.#failure(this.#rung, command, 'a check', `check-${key}`);
      return { verdict: 'red', why: `${command}: ${end.why}`, finding: { failure, text } };
    }
    return undefined;
  }

  async #pastFailures(): Promise<Outcome | undefined> {
    const { plan, failures } = this.#context;
    const climbed = new Set(plan.rungs.slice(0, this.#index + 1).map(({ scenario }) => scenario));
    for (const past of failures
      .filter(({ scenario }) => climbed.has(scenario))
      .slice(-pastFailures)) {
      const index = this.#indexOf(past.scenario);
      const args = ['run', past.scenario, '--seed', String(past.seed), ...setArgs(past.set)];
      const end = await this.#verb([...args, ...this.#lawArgs(index), '--no-shrink', '--json']);
      const outcome = this.#ofRun(end, args, index, past.seed);
      if (outcome !== undefined) return outcome;
    }
    return undefined;
  }

  async #pinnedCases(): Promise<Outcome | undefined> {
    for (const path of pinnedCases(this.#tree, this.#context.plan)) {
      const args = ['replay', path];
      const end = await this.#verb([...args, '--json']);
      const record = end.json as RunRecord | undefined;
      const scenario = record?.scenario ?? '';
      const index = this.#indexOf(scenario);
      const violation = record?.violation;
      // A law that is not climbed yet may break.
      const above = this.#lawsOf(index);
      if (violation !== undefined && above !== undefined && !above.includes(violation.rung)) {
        this.#say('held', end, args, `${violation.rung} breaks, which is not climbed yet`);
        continue;
      }
      const outcome = this.#ofRun(end, args, index, undefined, join(this.#tree, path));
      if (outcome !== undefined) return outcome;
    }
    return undefined;
  }

  async #doctor(): Promise<Outcome | undefined> {
    const { doctorSeeds = 1 } = this.#context.plan;
    if (doctorSeeds === 0) return undefined;
    const range = `${this.#from}..${this.#from + doctorSeeds - 1}`;
    const { scenario, set } = this.#rung;
    const args = ['doctor', scenario, '--seeds', range, ...setArgs(set)];
    const end = await this.#verb([...args, '--json']);
    if (end.code === 0) this.#say('held', end, args);
    return end.code === 0 ? undefined : this.#unclear(end, args);
  }

  async #few(): Promise<Outcome | undefined> {
    const { seeds } = this.#rung;
    return seeds <= 2 * fewSeeds ? undefined : await this.#sweep(this.#index, fewSeeds, true);
  }

  /** Other scenarios below are swept with a share of their seeds; this one judged their laws already. */
  async #lowerRungs(): Promise<Outcome | undefined> {
    const { plan } = this.#context;
    const { regressionPercent = 10 } = this.#rung;
    const done = new Set([subjectOf(this.#rung)]);
    for (let index = this.#index - 1; index >= 0; index--) {
      const lower = plan.rungs[index]!;
      if (done.has(subjectOf(lower))) continue;
      done.add(subjectOf(lower));
      const seeds = Math.ceil((lower.seeds * regressionPercent) / 100);
      const outcome = seeds === 0 ? undefined : await this.#sweep(index, seeds, true);
      if (outcome !== undefined) return outcome;
    }
    return undefined;
  }

  async #sweep(index: number, count: number, isSample: boolean): Promise<Outcome | undefined> {
    const { scenario, set } = this.#context.plan.rungs[index]!;
    const range = [this.#from, this.#from + count - 1] as const;
    const shown = ['sweep', scenario, '--seeds', range.join('..'), ...setArgs(set)];
    const args = [...shown, ...this.#lawArgs(index)];
    const jobs = ['--jobs', String(this.#context.jobs)];
    const end = await this.#verb([...args, ...jobs, '--bail', '1', '--no-shrink', '--json']);
    const record = end.json as SweepRecord | undefined;
    if (record?.schema !== 'seedstorm-sweep/1') return this.#unclear(end, args);
    const [failed] = record.failures;
    if (end.code === 1 && failed !== undefined) {
      const failure = this.#lawFailure(index, { ...failed, seed: failed.seed });
      this.#say('broken', end, args, `${failed.rung} ${failed.title} at seed ${failed.seed}`);
      const known = failed.case ?? this.#sameKey(scenario, failed.rung, failed.key);
      const casePath = known === undefined ? undefined : join(this.#tree, known);
      return { verdict: 'red', why: lawWords(failure), finding: { failure, casePath } };
    }
    if (end.code !== 0) return this.#unclear(end, args, record.reasons);
    if (!isSample) this.seeds.push(range);
    this.#say('held', end, args, `${record.held} seeds, digest ${record.digest}`);
    return undefined;
  }

  async #mutants(): Promise<Outcome | undefined> {
    const { mutants } = this.#rung;
    if (mutants === undefined) return undefined;
    const { system, ids, seeds = defaultMutantSeeds } = mutants;
    const range = `${this.#from}..${this.#from + seeds - 1}`;
    const shown = ['mutants', system, '--only', ids.join(','), '--seeds', range, '--census', '0'];
    // Laws above this rung may still be broken.
    const args = [...shown, ...this.#lawArgs(this.#index)];
    const end = await this.#verb([...args, '--jobs', String(this.#context.jobs), '--json']);
    const record = end.json as MutantsRecord | undefined;
    const alive = record?.mutants.filter(({ status }) => status === 'survived') ?? [];
    if (alive.length > 0) {
      const list = alive.map(({ id, title }) => `${id} (${title})`).join(', ');
      this.#say('broken', end, args, `not found: ${list}`);
      return { verdict: 'weak', why: `planted bugs were not found: ${list}` };
    }
    if (end.code !== 0 || record === undefined) {
      const why = record?.baselines.find(({ verdict }) => verdict !== 'held')?.reasons;
      return this.#unclear(end, args, why);
    }
    const found = record.mutants.map(
      ({ id, rung, seedsToKill }) => `${id} by ${rung} in ${seedsToKill}`,
    );
    this.#say('held', end, args, `found: ${found.join(', ')}`);
    return undefined;
  }

  async #verb(args: readonly string[]): Promise<VerbEnd> {
    const { verbs, signal, onCommand, onStep } = this.#context;
    const command = shownCommand(args);
    const evidenceFile = join(this.#tree, 'logs', 'runs.jsonl');
    const before = sizeOf(evidenceFile);
    const onStart = (pid: number): void => onCommand(command, pid);
    let end = await verbs(this.#tree, args, { signal, onStart });
    if (end.code < 0 && !signal.aborted) {
      // Ended from outside, say for want of memory: that says nothing about the tree.
      onStep(stepLine(end.why, end.wallMs, command, 'once more'));
      end = await verbs(this.#tree, args, { signal, onStart });
    }
    this.evidence.push(...linesFrom(evidenceFile, before));
    return end;
  }

  #ofRun(
    end: VerbEnd,
    args: readonly string[],
    index: number,
    seed: number | undefined,
    casePath?: string,
  ): Outcome | undefined {
    const record = end.json as RunRecord | undefined;
    const violation = record?.violation;
    if (record?.verdict === 'held') {
      this.#say('held', end, args);
      return undefined;
    }
    if (violation === undefined) return this.#unclear(end, args, record?.reasons);
    const failure = this.#lawFailure(index, { ...violation, seed });
    this.#say('broken', end, args, `${violation.rung} ${violation.title}`);
    const own = record?.case === undefined ? undefined : join(this.#tree, record.case);
    const found = own ?? casePath ?? this.#caseOf(record!.scenario, violation);
    return { verdict: 'red', why: lawWords(failure), finding: { failure, casePath: found } };
  }

  #caseOf(scenario: string, violation: { rung: string; key: string }): string | undefined {
    const known = this.#sameKey(scenario, violation.rung, violation.key);
    return known === undefined ? undefined : join(this.#tree, known);
  }

  /** No more files of a key are written when there are enough: any of them will do. */
  #sameKey(scenario: string, law: string, key: string): string | undefined {
    const folder = join('logs', 'failures');
    const there = join(this.#tree, folder);
    if (!existsSync(there)) return undefined;
    const name = scenario.replace(/\.[mc]?[jt]s$/, '').replace(/^.*[\\/]/, '');
    const group = `${name}-${law}-${fingerprint(key)}-`;
    const found = readdirSync(there).find(
      (file) => file.startsWith(group) && file.endsWith('.json') && !file.endsWith('.min.json'),
    );
    return found === undefined ? undefined : join(folder, found);
  }

  #lawFailure(
    index: number,
    of: { rung: string; title: string; key: string; seed: number | undefined },
  ): Failure {
    const { plan } = this.#context;
    const rung = plan.rungs[rungOfLaw(plan, of.rung, index)]!;
    const key = `${of.rung}-${fingerprint(of.key)}`;
    return { ...this.#failure(rung, of.rung, of.title, key), seed: of.seed };
  }

  #failure({ id, scenario, set }: PlanRung, law: string, title: string, key: string): Failure {
    return { rung: id, scenario, set, law, title, fingerprint: `${id}-${key}` };
  }

  /** The highest rung so far that climbs a scenario. */
  #indexOf(scenario: string): number {
    const { rungs } = this.#context.plan;
    for (let index = this.#index; index >= 0; index--) {
      if (rungs[index]!.scenario === scenario) return index;
    }
    return this.#index;
  }

  #lawsOf(index: number): readonly string[] | undefined {
    return lawsAt(this.#context.plan, index);
  }

  #lawArgs(index: number): readonly string[] {
    const laws = this.#lawsOf(index);
    return laws === undefined ? [] : ['--rungs', laws.join(',')];
  }

  /** Neither held nor broken. */
  #unclear(end: VerbEnd, args: readonly string[], reasons: readonly string[] = []): Outcome {
    const complaint = end.stderr.trim().slice(0, shownErrors);
    const why = [...reasons, complaint].filter((text) => text !== '').join('\n');
    const verdict =
      end.code === 3 || (end.code === 1 && reasons.length > 0)
        ? 'inconclusive'
        : end.code === 70
          ? 'fault'
          : 'unusable';
    this.#say(verdict, end, args, why.split('\n')[0]);
    return { verdict, why: why === '' ? `${shownCommand(args)}: ${end.why}` : why };
  }

  #say(verdict: string, end: VerbEnd, args: readonly string[], note: string = ''): void {
    this.#context.onStep(stepLine(verdict, end.wallMs, shownCommand(args), note));
  }
}

function stepLine(verdict: string, wallMs: number, command: string, note: string): string {
  const seconds = `${(wallMs / 1_000).toFixed(1)} s`.padStart(8);
  return `  ${verdict.padEnd(12)}${seconds}  ${command}${note === '' ? '' : `\n${' '.repeat(24)}${note}`}`;
}

function lawWords({ law, title, seed }: Failure): string {
  return `${law} (${title}) breaks${seed === undefined ? '' : ` at seed ${seed}`}`;
}

function setArgs(set: Failure['set']): readonly string[] {
  return Object.entries(set ?? {}).flatMap(([path, value]) => ['--set', `${path}=${value}`]);
}

function subjectOf({ scenario, set }: PlanRung): string {
  return `${scenario} ${JSON.stringify(set ?? {})}`;
}
