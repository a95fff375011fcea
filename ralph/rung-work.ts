import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Usage } from './agent-report.ts';
import { Attempt, type AttemptResult } from './attempt.ts';
import { type Bundle, replayWords, smallCase, writeBundle } from './bundle.ts';
import { commitMessage } from './commit-message.ts';
import type { Iteration } from './iteration.ts';
import { evidenceHash, lineHash } from './kept-files.ts';
import type { Stop } from './loop-options.ts';
import { attemptsAt, type RunSoFar } from './memory.ts';
import { definitionHash } from './plan.ts';
import { casesFolder } from './tree-files.ts';
import type { Finding, Verification } from './verify.ts';
import type { Workspace } from './workspace.ts';

/** The code that an iteration is about. */
export interface Climbed {
  /** Root of the sources. */
  readonly tree: string;
  readonly hashes: { readonly tree: string; readonly harness: string };
  readonly hashOf: (tree: string) => string;
}

/** What a green rung rests on. */
export interface Evidence {
  readonly hash: string;
  readonly seeds: readonly (readonly [from: number, to: number])[];
}

/** How an iteration ended. */
export interface Ended {
  readonly decision: string;
  readonly wallMs: number;
  /** Hash of the log. */
  readonly sha256: string;
  /** Of a rung that is held. */
  readonly evidence?: Evidence | undefined;
  /** Folder of a bundle, from the root. */
  readonly bundle?: string | undefined;
  /** Why the run ends here. */
  readonly stop?: Stop | undefined;
}

type Decision = Omit<Ended, 'wallMs' | 'sha256'>;

/** The work of one iteration: a rung is put to the test and, if it is red, an agent to work. */
export class RungWork {
  readonly #at: Iteration;
  readonly #climbed: Climbed;
  readonly #workspace: Workspace | undefined;
  readonly #beganMs = performance.now();

  constructor(at: Iteration, climbed: Climbed, workspace: Workspace | undefined) {
    this.#at = at;
    this.#climbed = climbed;
    this.#workspace = workspace;
  }

  /** @param branch the loop's own, where repairs go */
  async run(so: RunSoFar, branch: string): Promise<Ended> {
    this.#head();
    const { log } = this.#at;
    const { tree, hashes, hashOf } = this.#climbed;
    try {
      const verification = await this.#at.verify(tree);
      if (hashOf(tree) !== hashes.tree) {
        return this.#close({ decision: 'the sources changed while they were judged: again' });
      }
      return await this.#decide(verification, so, branch);
    } catch (error) {
      log.write(['', `the iteration failed: ${(error as Error).message}`]);
      throw error;
    }
  }

  #head(): void {
    const { log, number, run, index, options } = this.#at;
    const { plan, agent } = options;
    const { id, title, scenario, seeds, laws, mutants } = plan.rungs[index]!;
    const { tree, harness } = this.#climbed.hashes;
    log.write([
      `seedstorm ralph, iteration ${number} of run ${run}`,
      '',
      `rung      ${id}, ${title} (${index + 1} of ${plan.rungs.length})`,
      `why       the lowest that is not held for these sources`,
      `needs     ${seeds} seeds of ${scenario}${laws === undefined ? '' : `, laws ${laws.join(' ')}`}`,
      ...(mutants === undefined ? [] : [`          to find ${mutants.ids.join(', ')}`]),
      `sources   ${tree}, harness ${harness}`,
      `agent     ${agent === undefined ? 'none' : agent.argv.join(' ')}`,
      `began     ${new Date().toISOString()}, node ${process.version}`,
      '',
      'verify',
    ]);
  }

  #close(decision: Decision): Ended {
    const { log } = this.#at;
    const wallMs = Math.round(performance.now() - this.#beganMs);
    log.write([
      '',
      `decision  ${decision.decision}`,
      `ended     ${new Date().toISOString()}, after ${(wallMs / 1_000).toFixed(1)} s`,
    ]);
    return { ...decision, wallMs, sha256: log.close() };
  }

  async #decide(found: Verification, so: RunSoFar, branch: string): Promise<Ended> {
    const { verdict, why, finding } = found;
    const { id } = this.#at.options.plan.rungs[this.#at.index]!;
    const hasAgent = this.#workspace !== undefined;
    const end = (stop: Stop): Ended => this.#close({ decision: `${stop.verdict}: ${why}`, stop });
    switch (verdict) {
      case 'green': {
        const evidence = this.#hold(found, this.#climbed.hashes.tree);
        return this.#close({ decision: `${id} is held`, evidence });
      }
      case 'weak':
        return end({ verdict: hasAgent ? 'blocked on a person' : 'red', why });
      case 'inconclusive':
      case 'unusable':
      case 'fault':
        return end({ verdict, why });
      case 'stopped':
        return end({ verdict: 'interrupted', why });
      case 'red':
        return await this.#red(finding!, so, branch);
    }
  }

  /** Writes down that a rung is held. */
  #hold(found: Verification, tree: string): Evidence {
    const { index, options } = this.#at;
    const { plan } = options;
    const hash = evidenceHash(found.evidence);
    const { seeds } = found;
    this.#at.record({
      kind: 'held',
      rung: plan.rungs[index]!.id,
      definition: definitionHash(plan, index),
      tree,
      harness: this.#climbed.hashes.harness,
      seeds,
      evidence: hash,
      lines: found.evidence.map(lineHash),
    });
    return { hash, seeds };
  }

  async #red(finding: Finding, so: RunSoFar, branch: string): Promise<Ended> {
    const { failure } = finding;
    const { tree } = this.#climbed.hashes;
    this.#at.record({ kind: 'red', tree, failure });
    const bundle = await this.#bundle(finding);
    const name = `logs/bundles/iteration-${this.#at.number}`;
    this.#tellBundle(bundle, name);
    const words = `${failure.rung} is red: ${failure.law} (${failure.title})`;
    const { agent, limits, signal } = this.#at.options;
    if (signal.aborted) {
      const stop: Stop = { verdict: 'interrupted', why: words };
      return this.#close({ decision: 'interrupted', bundle: name, stop });
    }
    if (this.#workspace === undefined || agent === undefined) {
      const stop: Stop = { verdict: 'red', why: words };
      return this.#close({ decision: `${words}; the bundle is ${name}`, bundle: name, stop });
    }
    const made = attemptsAt(this.#at.memory, so.id, failure.fingerprint);
    if (made >= limits.attempts) {
      const stop: Stop = {
        verdict: 'blocked on diagnosis',
        why: `${words}, after ${made} attempts`,
      };
      return this.#close({ decision: `blocked: ${stop.why}`, bundle: name, stop });
    }
    this.#at.record({ kind: 'agent', fingerprint: failure.fingerprint, attempt: made + 1 });
    const base = so.partial ?? so.green ?? so.base!;
    const attempt = new Attempt(this.#at, this.#workspace, bundle, base);
    const result = await attempt.run();
    if ('verdict' in result) {
      return this.#close({
        decision: `${result.verdict}: ${result.why}`,
        bundle: name,
        stop: result,
      });
    }
    return this.#conclude(result, { attempt, bundle, name, so, branch });
  }

  async #bundle(finding: Finding): Promise<Bundle> {
    const { options, number, memory, verbs } = this.#at;
    const { fingerprint } = finding.failure;
    const bundles = join(options.root, 'logs', 'bundles');
    const attempts = memory.attempts.filter((attempt) => attempt.fingerprint === fingerprint);
    // What was shrunk for an earlier attempt is small already.
    const small = attempts
      .map(({ iteration }) => join(bundles, `iteration-${iteration}`, smallCase))
      .findLast((path) => existsSync(path));
    return await writeBundle({
      tree: this.#climbed.tree,
      folder: join(bundles, `iteration-${number}`),
      finding: small === undefined ? finding : { ...finding, casePath: small },
      attempts,
      patchOf: ({ iteration }) => this.#at.patchPath(iteration),
      verbs,
      jobs: options.jobs,
      shrinkSeconds: options.limits.shrinkSeconds,
      signal: options.signal,
    });
  }

  #tellBundle(bundle: Bundle, name: string): void {
    const { failure, violation, story, text, shrunk, attempts } = bundle;
    const { log } = this.#at;
    const law = violation === undefined ? failure.title : violation.statement;
    log.write(['', 'red', `  ${failure.law}  ${law}`, `  fingerprint ${failure.fingerprint}`]);
    if (shrunk !== '') log.write(`  shrunk to ${shrunk}`);
    for (const command of replayWords(bundle, name)) log.write(`  ${command}`);
    if (attempts.length > 0) log.write(`  ${attempts.length} earlier attempts at this failure`);
    const told = story === '' ? (text ?? '').trimEnd() : story;
    log.write(['', ...told.split('\n').map((line) => (line === '' ? '' : `  ${line}`))]);
  }

  #conclude(
    result: AttemptResult,
    of: { attempt: Attempt; bundle: Bundle; name: string; so: RunSoFar; branch: string },
  ): Ended {
    const { outcome, note, audit, usage, verification, person } = result;
    const { fingerprint } = of.bundle.failure;
    if (verification !== undefined) this.#at.keepEvidence(this.#workspace!.tree, verification);
    const partial = outcome === 'partial' ? this.#keepPartial(audit.tree, of.so) : undefined;
    const { undone } = audit;
    this.#at.record({ kind: 'attempt', fingerprint, outcome, note, undone, usage, partial });
    const decision = `${outcome}: ${note}`;
    if (outcome === 'repaired') return this.#commit(decision, result, of);
    const stop = this.#stopAfter(person, usage);
    if (person !== undefined) this.#at.log.write(['', 'a person is needed', `  ${person}`]);
    return this.#close({ decision, bundle: of.name, stop });
  }

  #stopAfter(person: string | undefined, usage: Usage | undefined): Stop | undefined {
    if (person !== undefined) return { verdict: 'blocked on a person', why: person };
    const { tokens, costUsd } = this.#at.options.limits;
    const untold =
      (tokens !== undefined && usage?.tokens === undefined) ||
      (costUsd !== undefined && usage?.costUsd === undefined);
    if (!untold) return undefined;
    const why = 'the agent does not tell what it spent, so the limit cannot be kept';
    return { verdict: 'budget spent', why };
  }

  /** A side reference keeps what repairs a part; the branch stays where all is green. */
  #keepPartial(tree: string, so: RunSoFar): string {
    const workspace = this.#workspace!;
    const parent = so.partial ?? so.green ?? so.base!;
    const message = `wip(ralph): part of a repair, iteration ${this.#at.number}\n`;
    const commit = workspace.commit(tree, parent, message);
    workspace.refer(`refs/seedstorm/ralph/${so.id}/iteration-${this.#at.number}`, commit);
    return commit;
  }

  #commit(
    decision: string,
    { audit, verification, usage }: AttemptResult,
    of: { attempt: Attempt; bundle: Bundle; name: string; so: RunSoFar; branch: string },
  ): Ended {
    const workspace = this.#workspace!;
    const { options, index, logName } = this.#at;
    const { id, title } = options.plan.rungs[index]!;
    const evidence = this.#hold(verification!, this.#climbed.hashOf(workspace.tree));
    const pinned = of.attempt.pinned();
    const { law, fingerprint } = of.bundle.failure;
    const tree =
      pinned === undefined
        ? audit.tree
        : workspace.withFile(audit.tree, `${casesFolder}/${fingerprint}.json`, pinned);
    const stop = this.#stopAfter(undefined, usage);
    const ended = this.#close({ decision, evidence, bundle: of.name, stop });
    const message = commitMessage(`fix: ${law} holds again (${id}, ${title})`, id, {
      ...evidence,
      log: logName,
      sha256: ended.sha256,
    });
    const commit = workspace.commit(tree, of.so.green ?? of.so.base!, message);
    // The record first: a reference that a crash forgot is made again from it.
    this.#at.record({ kind: 'commit', commit, rung: id, evidence: evidence.hash });
    workspace.refer(`refs/heads/${of.branch}`, commit);
    return ended;
  }
}
