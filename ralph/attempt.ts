import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HarnessFault } from '../src/record/harness-fault.ts';
import { type AgentEnd, callAgent } from './agent.ts';
import { personNeeded, tellsOfOutage, type Usage, usageOf } from './agent-report.ts';
import type { Bundle } from './bundle.ts';
import type { Iteration } from './iteration.ts';
import type { AttemptOutcome } from './journal-record.ts';
import { KeptFiles } from './kept-files.ts';
import type { Stop } from './loop-options.ts';
import { promptFor } from './prompt.ts';
import { ProtectedPaths } from './protected-paths.ts';
import { programFor } from './tree-verbs.ts';
import { type Verification, verifyRung } from './verify.ts';
import type { Audit, Workspace } from './workspace.ts';

/** What an agent made of a failure. */
export interface AttemptResult {
  readonly outcome: AttemptOutcome;
  readonly note: string;
  readonly audit: Audit;
  readonly usage: Usage | undefined;
  /** What judging its work came to, if it got so far. */
  readonly verification: Verification | undefined;
  /** What the agent says that a person has to do. */
  readonly person: string | undefined;
}

/** What is known when an agent has ended. */
interface Called {
  readonly end: AgentEnd;
  readonly audit: Audit;
  readonly usage: Usage | undefined;
  readonly person: string | undefined;
}

const interrupted: Stop = { verdict: 'interrupted', why: 'interrupted' };

/** One attempt: calls the agent, takes back what it must not touch, judges the rest. */
export class Attempt {
  readonly #at: Iteration;
  readonly #workspace: Workspace;
  readonly #bundle: Bundle;
  readonly #base: string;
  readonly #guard: ProtectedPaths;

  constructor(at: Iteration, workspace: Workspace, bundle: Bundle, base: string) {
    this.#at = at;
    this.#workspace = workspace;
    this.#bundle = bundle;
    this.#base = base;
    const { protected: more = [], editable, cases = [] } = at.options.plan;
    this.#guard = new ProtectedPaths([...more, ...cases, at.options.planName], editable);
  }

  /** @returns what came of it, or why the run has to end */
  async run(): Promise<AttemptResult | Stop> {
    const { limits, signal } = this.#at.options;
    for (let outage = 1; ; outage++) {
      const called = await this.#call();
      if (signal.aborted) return interrupted;
      const { end, audit } = called;
      if (!isOutage(end, audit)) return await this.#judge(called);
      const why = end.tail.trim().split('\n').at(-1) || `no output, ${end.how}`;
      this.#at.record({ kind: 'outage', why: why.slice(0, 300) });
      this.#at.log.write([`  outage ${outage} of ${limits.outages}, no attempt: ${why}`]);
      if (outage >= limits.outages) return { verdict: 'provider unavailable', why };
      await sleep(limits.backoffMs * 2 ** (outage - 1), undefined, { signal }).catch(() => {});
    }
  }

  async #call(): Promise<Called> {
    const { options, log, run } = this.#at;
    const folder = join(this.#workspace.folder, 'bundle');
    rmSync(folder, { recursive: true, force: true });
    cpSync(this.#bundle.folder, folder, { recursive: true });
    this.#workspace.reset(this.#base);
    const { tree } = this.#workspace;
    const program = [process.execPath, programFor(tree)];
    const { root } = options;
    const prompt = promptFor(this.#bundle, { root, folder, program, guard: this.#guard });
    writeFileSync(join(folder, 'prompt.md'), prompt);
    const kept = new KeptFiles(root, [options.planName], this.#at.logName);
    const references = this.#workspace.references();
    const harness = this.#at.harness();
    log.write(['', `agent  ${options.agent!.argv.join(' ')}`]);
    const task = {
      prompt,
      bundle: folder,
      cwd: tree,
      run,
      signal: options.signal,
      onLine: (line: string) => log.write(`  | ${line}`),
    };
    const end = await callAgent(options.agent!, task);
    this.#putBack(kept);
    if (this.#at.harness() !== harness) {
      throw new HarnessFault('the harness in node_modules was changed while the agent ran');
    }
    this.#tell(end, references);
    const usage = usageOf(folder, end.tail);
    const audit = this.#workspace.audit(this.#base, this.#guard);
    return { end, audit, usage, person: personNeeded(folder) };
  }

  #putBack(kept: KeptFiles): void {
    const { journal, log, logName } = this.#at;
    const files = [
      ...kept.restore(),
      ...(log.restore() ? [logName] : []),
      ...(journal.restore(true) ? ['the journal'] : []),
    ];
    if (files.length === 0) return;
    this.#at.record({ kind: 'restored', files });
    log.write(['', `  changed meanwhile and put back: ${files.join(', ')}`]);
  }

  #tell(end: AgentEnd, references: ReadonlyMap<string, string>): void {
    const { log } = this.#at;
    if (end.skippedLines > 0) log.write(`  | ... and ${end.skippedLines} lines more`);
    const how = end.how === 'exited' ? end.why : `ended by the loop: ${end.how}`;
    log.write(
      `  ${how} after ${(end.wallMs / 1_000).toFixed(1)} s, ${end.outputBytes} bytes of output`,
    );
    if (end.strays > 0) log.write(`  ${end.strays} processes that it had left behind were ended`);
    const now = this.#workspace.references();
    const moved = [...references.keys(), ...now.keys()].filter(
      (name) => references.get(name) !== now.get(name),
    );
    if (moved.length > 0) {
      log.write(`  references that moved meanwhile: ${[...new Set(moved)].join(', ')}`);
    }
  }

  async #judge({ end, audit, usage, person }: Called): Promise<AttemptResult | Stop> {
    const { log, options } = this.#at;
    this.#keepPatch(audit);
    const summary = audit.changed.length === 0 ? ['nothing was changed'] : audit.summary;
    log.write(['', 'audit', ...summary.map((line) => `  ${line.trim()}`)]);
    if (audit.undone.length > 0) {
      log.write(`  protected, changed by the agent and undone: ${audit.undone.join(', ')}`);
    }
    const base = { audit, usage, person };
    if (audit.changed.length === 0) {
      const note =
        audit.undone.length > 0
          ? 'Only protected paths were changed, and that was undone.'
          : `Nothing was changed; the agent ended with ${end.how === 'exited' ? end.why : end.how}.`;
      return { ...base, outcome: 'no change', note, verification: undefined };
    }
    log.write(['', 'gate']);
    const { tree } = this.#workspace;
    const again = await this.#caseStillRed(tree);
    if (again !== undefined) return { ...base, ...again, verification: undefined };
    const verification = await verifyRung(tree, this.#at.index, this.#at.verifyContext(tree));
    if (options.signal.aborted) return interrupted;
    const files = audit.changed.slice(0, 5).join(', ');
    const judged = this.#outcomeOf(verification);
    const note = `${judged.note} Changed: ${files}.`;
    return { ...base, outcome: judged.outcome, note, verification };
  }

  /** The smallest case comes first: it takes a moment, and most attempts end there. */
  async #caseStillRed(
    tree: string,
  ): Promise<{ readonly outcome: AttemptOutcome; readonly note: string } | undefined> {
    const { caseName, folder, violation } = this.#bundle;
    if (caseName === undefined || violation === undefined) return undefined;
    const { verbs, log, options } = this.#at;
    const { signal } = options;
    const end = await verbs(tree, ['replay', join(folder, caseName), '--json'], { signal });
    const words = `the shrunk case, ${(end.wallMs / 1_000).toFixed(1)} s`;
    if (end.code === 1) {
      log.write(`  broken  ${words}: as before`);
      return { outcome: 'same failure', note: 'The shrunk case still breaks the law.' };
    }
    if (end.code === 0 || end.code === 3) {
      log.write(`  ${end.code === 0 ? 'held    ' : 'another '}  ${words}`);
      return undefined;
    }
    const complaint = end.stderr.trim().slice(0, 500);
    log.write([`  exit code ${end.code}  ${words}`, `  ${complaint}`]);
    return { outcome: 'does not run', note: complaint };
  }

  #outcomeOf({ verdict, why, finding }: Verification): {
    readonly outcome: AttemptOutcome;
    readonly note: string;
  } {
    const note = `${why}.`.replace(/\.\.$/, '.');
    switch (verdict) {
      case 'green':
        return { outcome: 'repaired', note: 'The rung is held, and nothing below it broke.' };
      case 'weak':
        return { outcome: 'weakened the judge', note };
      case 'inconclusive':
      case 'stopped':
        return { outcome: 'inconclusive', note };
      case 'fault':
      case 'unusable':
        return { outcome: 'does not run', note };
      case 'red': {
        const { failure } = finding!;
        const { plan } = this.#at.options;
        const place = (id: string): number => plan.rungs.findIndex((rung) => rung.id === id);
        if (place(failure.rung) < place(this.#bundle.failure.rung)) {
          return { outcome: 'broke a lower rung', note: `Now ${note}` };
        }
        const isSame = failure.fingerprint === this.#bundle.failure.fingerprint;
        return { outcome: isSame ? 'same failure' : 'partial', note: `Now ${note}` };
      }
    }
  }

  #keepPatch(audit: Audit): void {
    const path = this.#at.patchPath(this.#at.number);
    if (audit.patch === '') return;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, audit.patch);
  }

  /** The case that a repair pins, so that the failure cannot come back unseen. */
  pinned(): string | undefined {
    const { caseName, folder } = this.#bundle;
    return caseName === undefined ? undefined : readFileSync(join(folder, caseName), 'utf8');
  }
}

/** Nothing was done, because whoever runs the model did not answer. */
function isOutage(end: AgentEnd, audit: Audit): boolean {
  if (audit.changed.length > 0 || audit.undone.length > 0) return false;
  if (end.how === 'exited') return end.code !== 0 && tellsOfOutage(end.tail);
  return (end.how === 'idle' || end.how === 'out of time') && end.outputBytes === 0;
}
