import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../src/record/usage-error.ts';
import { copyUrl } from '../src/run/running-copy.ts';
import { hashOfSources } from '../src/run/source-hash.ts';
import { commitMessage } from './commit-message.ts';
import { git, headOf } from './git.ts';
import { Iteration } from './iteration.ts';
import { IterationLog } from './iteration-log.ts';
import { Journal } from './journal.ts';
import type { JournalEntry } from './journal-record.ts';
import { evidenceIn, hashOfContent, highestLog, logName } from './kept-files.ts';
import { takeLock } from './lock.ts';
import type { RalphOptions, RalphRecord, Stop } from './loop-options.ts';
import { heldKey, type Memory, type RunSoFar, remember } from './memory.ts';
import { definitionHash } from './plan.ts';
import { endStrays } from './process-group.ts';
import { type Ended, type Evidence, RungWork } from './rung-work.ts';
import { type Replacement, scrubber } from './scrub.ts';
import { isSeedstorm } from './tree-verbs.ts';
import { Workspace } from './workspace.ts';

/** The journal, from the root of a project. */
export const journalName = 'ralph/journal.jsonl';
const lockName = 'logs/live/ralph.lock';

/**
 * Climbs the ladder of a project, one rung an iteration, from the lowest that is not held for the
 * sources as they are. A run that was cut off is continued.
 *
 * @throws UsageError when another loop is at work, or the project is not as it must be
 * @throws HarnessFault when the judge itself is not to be believed
 */
export async function climb(options: RalphOptions): Promise<RalphRecord> {
  const lock = takeLock(join(options.root, lockName));
  try {
    const journal = Journal.open(join(options.root, journalName));
    try {
      const loop = new Loop(options, journal);
      try {
        return await loop.run();
      } finally {
        loop.release();
      }
    } finally {
      journal.close();
    }
  } finally {
    lock.release();
  }
}

/** Longer ones run out at once. */
const longestTimerMs = 2 ** 31 - 1;

/** What there is to know about the past. */
interface Known {
  readonly memory: Memory;
  readonly evidence: ReadonlySet<string>;
}

class Loop {
  readonly #options: RalphOptions;
  readonly #journal: Journal;
  readonly #run: string;
  readonly #beganMs = performance.now();
  readonly #priorMs: number;
  readonly #deadline: NodeJS.Timeout;
  /** What a person wants; the signal of the options is that of the time limit too. */
  readonly #person: AbortSignal;
  #workspace: Workspace | undefined;
  #last: { readonly log?: string; readonly bundle?: string } = {};

  constructor(options: RalphOptions, journal: Journal) {
    const timeUp = new AbortController();
    this.#person = options.signal;
    this.#options = { ...options, signal: AbortSignal.any([options.signal, timeUp.signal]) };
    this.#journal = journal;
    const { run: before, open } = this.#memory;
    const isCutOff = before !== undefined && !before.ended;
    this.#run = isCutOff ? before.id : newRunId();
    this.#priorMs = isCutOff ? before.wallMs : 0;
    const leftMs = Math.max(0, options.limits.wallMs - this.#priorMs);
    this.#deadline = setTimeout(() => timeUp.abort(), Math.min(leftMs, longestTimerMs)).unref();
    if (options.commit && options.agent === undefined) checkClean(options.root);
    const base = options.agent === undefined ? undefined : commitOf(options.root);
    if (journal.tornBytes > 0) this.#record({ kind: 'torn', bytes: journal.tornBytes });
    if (isCutOff) endStrays(this.#run);
    if (open !== undefined) this.#lose(open);
    const isSame = isCutOff && (before.base === undefined) === (base === undefined);
    if (!isSame) {
      const plan = definitionHash(options.plan, options.plan.rungs.length - 1);
      this.#record({ kind: 'begin', plan, agent: base !== undefined, base });
    }
    const { base: from, green } = this.#soFar;
    if (from === undefined) return;
    this.#workspace = new Workspace(options.root, green ?? from);
    // Cut off between the record of a commit and the reference to it.
    if (green !== undefined) this.#workspace.refer(`refs/heads/${this.#branch}`, green);
  }

  get #memory(): Memory {
    return remember(this.#journal.records);
  }

  get #known(): Known {
    return { memory: this.#memory, evidence: evidenceIn(this.#options.root) };
  }

  get #soFar(): RunSoFar {
    return this.#memory.run!;
  }

  get #branch(): string {
    return `ralph/${this.#run}`;
  }

  #record(entry: JournalEntry): void {
    this.#journal.append(this.#run, entry);
  }

  #lose(iteration: number): void {
    const log = logName(iteration);
    const sha256 = hashOfContent(join(this.#options.root, log));
    this.#record({ kind: 'lost', iteration, log, sha256 });
    this.#say(`iteration ${iteration} was cut off; its work is done again`);
  }

  #say(text: string): void {
    this.#options.listener?.onLine?.(text);
  }

  async run(): Promise<RalphRecord> {
    for (;;) {
      const wanted = this.#spent() ?? (await this.#next());
      if (wanted === undefined) continue;
      const isTime = wanted.verdict === 'interrupted' && !this.#person.aborted;
      const stop = isTime ? this.#timeSpent() : wanted;
      this.#record({ kind: 'end', verdict: stop.verdict, why: stop.why });
      return this.#result(stop);
    }
  }

  release(): void {
    clearTimeout(this.#deadline);
    this.#workspace?.remove();
  }

  /** What is spent of what the run may take. */
  #spent(): Stop | undefined {
    const { limits, signal } = this.#options;
    if (this.#person.aborted) return { verdict: 'interrupted', why: 'interrupted' };
    if (signal.aborted) return this.#timeSpent();
    const { iterations, tokens, costUsd } = this.#soFar;
    const spent = (why: string): Stop => ({ verdict: 'budget spent', why });
    if (iterations >= limits.iterations) return spent(`${iterations} iterations`);
    if (limits.tokens !== undefined && tokens >= limits.tokens) return spent(`${tokens} tokens`);
    if (limits.costUsd !== undefined && costUsd >= limits.costUsd)
      return spent(`${costUsd} dollars`);
    return undefined;
  }

  #timeSpent(): Stop {
    const wallMs = this.#priorMs + performance.now() - this.#beganMs;
    return { verdict: 'budget spent', why: `${Math.round(wallMs / 1_000)} s of real time` };
  }

  /** The sources that are climbed: the project as it lies there, or what an agent has made of it. */
  #tree(): string {
    if (this.#workspace === undefined) return this.#options.root;
    const { base, green, partial } = this.#soFar;
    this.#workspace.reset(partial ?? green ?? base!);
    return this.#workspace.tree;
  }

  /** The harness of the project's own sources is part of their hash. */
  #harness(): string {
    return isSeedstorm(this.#options.root) ? 'own' : hashOfSources(fileURLToPath(copyUrl));
  }

  #isHeld(
    { memory, evidence }: Known,
    index: number,
    hashes: { readonly tree: string; readonly harness: string },
  ): boolean {
    const { plan } = this.#options;
    const definition = definitionHash(plan, index);
    const lines = memory.held.get(heldKey({ rung: plan.rungs[index]!.id, definition, ...hashes }));
    // What the journal says counts only as long as its evidence is there.
    return lines?.every((line) => evidence.has(line)) === true;
  }

  /** One iteration on the lowest rung that is not held. */
  async #next(): Promise<Stop | undefined> {
    const { rungs } = this.#options.plan;
    const tree = this.#tree();
    const hashes = { tree: hashOfSources(tree), harness: this.#harness() };
    const known = this.#known;
    const index = rungs.findIndex((_, at) => !this.#isHeld(known, at, hashes));
    if (index < 0) return { verdict: 'ladder held', why: 'every rung is held' };
    const number = Math.max(known.memory.nextIteration, highestLog(this.#options.root) + 1);
    const rung = rungs[index]!.id;
    this.#record({ kind: 'iteration', iteration: number, rung, tree: hashes.tree });
    this.#options.listener?.onIteration?.(number, rung);
    const log = new IterationLog(join(this.#options.root, logName(number)), this.#scrubber());
    const iteration = new Iteration({
      options: this.#options,
      journal: this.#journal,
      run: this.#run,
      number,
      index,
      log,
      verbs: this.#options.verbs(this.#run),
      harness: () => this.#harness(),
    });
    const work = new RungWork(iteration, { tree, hashes, hashOf: hashOfSources }, this.#workspace);
    const ended = await work.run(this.#soFar, this.#branch);
    return this.#end(iteration, ended);
  }

  #end(iteration: Iteration, ended: Ended): Stop | undefined {
    const { decision, wallMs, sha256, bundle, stop } = ended;
    const log = iteration.logName;
    iteration.record({ kind: 'ended', decision, log, sha256, wallMs });
    this.#last = { log, ...(bundle === undefined ? {} : { bundle }) };
    if (this.#options.commit && this.#workspace === undefined && ended.evidence !== undefined) {
      this.#commitEvidence(iteration, ended.evidence, sha256);
    }
    this.#say(`${log}  ${decision}`);
    return stop;
  }

  /** In the project itself, and only files of the loop: whatever else is staged stays staged. */
  #commitEvidence(iteration: Iteration, evidence: Evidence, sha256: string): void {
    const { root } = this.#options;
    const paths = [iteration.logName, journalName, 'logs/runs.jsonl'];
    const rung = this.#options.plan.rungs[iteration.index]!;
    const message = commitMessage(`chore(ralph): ${rung.id} is held, ${rung.title}`, rung.id, {
      ...evidence,
      log: iteration.logName,
      sha256,
    });
    git(root, ['add', '--force', '--', ...paths]);
    git(root, ['commit', '--quiet', '--only', '-F', '-', '--', ...paths], { input: message });
    const commit = headOf(root)!;
    iteration.record({ kind: 'commit', commit, rung: rung.id, evidence: evidence.hash });
  }

  #scrubber(): (text: string) => string {
    const { root, agent } = this.#options;
    const places: Replacement[] = [[root, '.']];
    if (this.#workspace !== undefined) {
      const { folder, tree } = this.#workspace;
      places.push([tree, '<tree>'], [folder, '<work>']);
    }
    return scrubber(places, agent?.environment);
  }

  #result(stop: Stop): RalphRecord {
    const { rungs } = this.#options.plan;
    const tree = this.#tree();
    const hashes = { tree: hashOfSources(tree), harness: this.#harness() };
    const known = this.#known;
    const held = rungs.filter((_, index) => this.#isHeld(known, index, hashes));
    const { iterations, green } = known.memory.run!;
    return {
      schema: 'seedstorm-ralph/1',
      ...stop,
      run: this.#run,
      iterations,
      held: held.map(({ id }) => id),
      rungs: rungs.length,
      tree: hashes.tree,
      ...this.#last,
      ...(this.#workspace === undefined || green === undefined ? {} : { branch: this.#branch }),
    };
  }
}

/** Unique on this machine: processes are told apart by it. */
function newRunId(): string {
  const second = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${second}-${process.pid}`;
}

/** @throws UsageError when there is no commit to begin from */
function commitOf(root: string): string {
  const commit = headOf(root);
  if (commit !== undefined) return commit;
  throw new UsageError(
    'an agent needs a git repository with a commit',
    root,
    'it works in a worktree of its own: git init, git add, git commit; or climb without --agent',
  );
}

/**
 * Evidence of sources that are not committed must not be committed as if it were about those that are.
 * @throws UsageError that names a file
 */
function checkClean(root: string): void {
  commitOf(root);
  const own = ['logs', journalName].map((path) => `:(exclude)${path}`);
  const changed = git(root, ['status', '--porcelain', '--', '.', ...own]).trimEnd();
  if (changed === '') return;
  throw new UsageError(
    `these sources are not committed: ${changed.split('\n')[0]!.slice(3)}`,
    '--commit',
    'commit them first, or leave --commit out',
  );
}
