import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { commandWords } from '../../ralph/agent.ts';
import { parseJournal } from '../../ralph/journal.ts';
import type { JournalRecord } from '../../ralph/journal-record.ts';
import { climb, journalName } from '../../ralph/loop.ts';
import type { RalphOptions, RalphRecord } from '../../ralph/loop-options.ts';
import { type Plan, parsePlan } from '../../ralph/plan.ts';
import { generous } from './toy-limits.ts';
import { toyVerbs } from './toy-verbs.ts';

const mutants = (id: string) => ({ system: 'toy', ids: [id], seeds: 5 });

const plan: Plan = {
  schema: 'seedstorm-ladder/1',
  rungs: [
    { id: 'R1', title: 'first', scenario: 'toy', seeds: 10, laws: ['L1'] },
    { id: 'R2', title: 'second', scenario: 'toy', seeds: 10, laws: ['L2'], mutants: mutants('M2') },
  ],
};

const environment: NodeJS.ProcessEnv = {
  ...process.env,
  GIT_AUTHOR_NAME: 'a person',
  GIT_AUTHOR_EMAIL: 'person@example.org',
  GIT_COMMITTER_NAME: 'a person',
  GIT_COMMITTER_EMAIL: 'person@example.org',
};

/** A repository of its own with the toy in it. */
export class ToyProject {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'ralph-toy-'));
  readonly root: string = join(this.folder, 'project');

  /** @param source what the toy's source says, for example `breaks L2` */
  constructor(source: string) {
    this.write('src/system.ts', `// ${source}\n`);
    this.write('invariants/laws.ts', '// L1 L2 L3\n');
    this.write('scenarios/toy.ts', '// the storm\n');
    this.write('ralph/ladder.json', JSON.stringify(plan));
    this.write('.gitignore', 'node_modules/\nlogs/\n');
    this.git('init', '-q', '-b', 'main');
    this.git('add', '-A');
    this.git('commit', '-qm', 'toy');
  }

  write(name: string, text: string): void {
    const path = join(this.root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  read(name: string): string {
    return readFileSync(join(this.root, name), 'utf8');
  }

  git(...args: string[]): string {
    return execFileSync('git', args, { cwd: this.root, encoding: 'utf8', env: environment });
  }

  /** An agent: a shell script, which finds the tree in `$1` and the bundle in `$2`. */
  agent(script: string): string {
    const path = join(this.folder, 'agent.sh');
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return `${path} {cwd} {bundle}`;
  }

  options(agent: string | undefined, changes: Partial<RalphOptions> = {}): RalphOptions {
    return {
      root: this.root,
      plan: parsePlan(this.read('ralph/ladder.json'), 'ralph/ladder.json'),
      planName: 'ralph/ladder.json',
      agent:
        agent === undefined
          ? undefined
          : { argv: commandWords(agent), wallMs: 20_000, idleMs: 20_000, environment: [] },
      commit: false,
      jobs: 1,
      limits: generous,
      signal: new AbortController().signal,
      verbs: () => toyVerbs,
      ...changes,
    };
  }

  climb(agent?: string, changes: Partial<RalphOptions> = {}): Promise<RalphRecord> {
    return climb(this.options(agent, changes));
  }

  /** Records of the journal, which has to be an unbroken chain. */
  journal(): readonly JournalRecord[] {
    const { records, tornBytes } = parseJournal(
      readFileSync(join(this.root, journalName)),
      journalName,
    );
    if (tornBytes > 0) throw new Error('the journal is torn');
    return records;
  }

  outcomes(): readonly string[] {
    return this.journal().flatMap((record) => (record.kind === 'attempt' ? [record.outcome] : []));
  }

  logs(): readonly string[] {
    return readdirSync(join(this.root, 'logs')).filter((name) => name.startsWith('iteration-'));
  }

  /** What must be so whatever happened: complaints, if it is not. */
  complaints(): readonly string[] {
    return [...this.#logComplaints(), ...this.#commitComplaints()];
  }

  #logComplaints(): string[] {
    const told = this.journal().filter(
      ({ kind }) => kind === 'ended' || kind === 'lost',
    ) as Extract<JournalRecord, { kind: 'ended' | 'lost' }>[];
    const complaints: string[] = [];
    const numbers = told.map(({ iteration }) => iteration);
    if (new Set(numbers).size < numbers.length) complaints.push(`a number came twice: ${numbers}`);
    for (const { log, sha256: expected } of told) {
      const path = join(this.root, log);
      const found = existsSync(path) ? sha256(readFileSync(path)) : null;
      if (found !== expected) complaints.push(`${log} is not as it was closed`);
    }
    for (const name of this.logs()) {
      if (!told.some(({ log }) => log === `logs/${name}`))
        complaints.push(`${name} was never closed`);
    }
    return complaints;
  }

  /** Each commit of the loop names evidence, and that evidence is there. */
  #commitComplaints(): string[] {
    const complaints: string[] = [];
    const held = this.journal().filter(({ kind }) => kind === 'held') as Extract<
      JournalRecord,
      { kind: 'held' }
    >[];
    const evidence = existsSync(join(this.root, 'logs/runs.jsonl'))
      ? this.read('logs/runs.jsonl').split('\n').slice(0, -1)
      : [];
    const commits = this.git('rev-list', '--branches', '--not', 'main').split('\n').filter(Boolean);
    for (const commit of commits) {
      const message = this.git('show', '-s', '--format=%B', commit);
      const [, hash] = /^Evidence: ([0-9a-f]{64})$/m.exec(message) ?? [];
      const record = held.find((one) => one.evidence === hash);
      const count = record?.lines.length ?? 0;
      const isThere = evidence.some(
        (_, from) => sha256(`${evidence.slice(from, from + count).join('\n')}\n`) === hash,
      );
      if (record === undefined || !isThere) complaints.push(`${commit} has no evidence`);
    }
    return complaints;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
