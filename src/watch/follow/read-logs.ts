import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Finding, FinishedSweep, LiveSweep, LogSnapshot } from '../log-snapshot.ts';
import { readLoop } from './read-loop.ts';

/** Bytes at the end of `runs.jsonl` that are read. */
const tailBytes = 512 * 1_024;
const mostFinished = 50;
const mostFindings = 200;
const mostSpeeds = 60;

interface Known {
  readonly modifiedMs: number;
  readonly finding: Finding | undefined;
}

/** Reads what sweeps and loops leave in a directory of logs, again and again. */
export class LogReader {
  readonly #directory: string;
  /** Case files that were read, by path: most never change. */
  readonly #known = new Map<string, Known>();
  readonly #speeds = new Map<string, number[]>();
  #troubles: string[] = [];

  /** @param directory usually `logs` */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** What is there now. Never throws: what cannot be read is told among the troubles. */
  read(): LogSnapshot {
    this.#troubles = [];
    const loop = this.#attempt('ralph/journal.jsonl', () => readLoop(this.#directory));
    return {
      kind: 'log',
      directory: this.#directory,
      sweeps: this.#sweeps(),
      finished: this.#attempt('runs.jsonl', () => finishedSweeps(this.#directory)) ?? [],
      findings: this.#findings(),
      ...(loop === undefined ? {} : { loop }),
      troubles: this.#troubles,
    };
  }

  #sweeps(): readonly LiveSweep[] {
    const directory = join(this.#directory, 'live');
    const sweeps: LiveSweep[] = [];
    for (const name of namesIn(directory)) {
      if (!name.endsWith('.json')) continue;
      const sweep = this.#attempt(join('live', name), () => {
        const text = readFileSync(join(directory, name), 'utf8');
        return this.#liveSweep(name, JSON.parse(text) as Record<string, unknown>);
      });
      if (sweep !== undefined) sweeps.push(sweep);
    }
    return sweeps;
  }

  #liveSweep(name: string, live: Readonly<Record<string, unknown>>): LiveSweep {
    const progress = recordOf(live.progress);
    const seedsPerSecond = numberOf(progress.seedsPerSecond);
    const speeds = this.#speeds.get(name) ?? [];
    speeds.push(seedsPerSecond);
    this.#speeds.set(name, speeds.slice(-mostSpeeds));
    const { total, secondsLeft } = progress;
    return {
      scenario: textOf(live.scenario),
      processId: numberOf(live.pid),
      alive: isAlive(numberOf(live.pid)),
      done: numberOf(progress.done),
      ...(typeof total === 'number' ? { total } : {}),
      held: numberOf(progress.held),
      broken: numberOf(progress.broken),
      inconclusive: numberOf(progress.inconclusive),
      seedsPerSecond,
      speeds: speeds.slice(-mostSpeeds),
      ...(typeof secondsLeft === 'number' ? { secondsLeft } : {}),
      steps: numberOf(progress.steps),
    };
  }

  #findings(): readonly Finding[] {
    const directory = join(this.#directory, 'failures');
    const files = namesIn(directory)
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => {
        const path = join(directory, name);
        const modifiedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
        return modifiedMs === undefined ? [] : [{ path, modifiedMs }];
      })
      .sort((a, b) => b.modifiedMs - a.modifiedMs)
      .slice(0, mostFindings);
    return files.flatMap(({ path, modifiedMs }) => {
      const known = this.#known.get(path);
      if (known?.modifiedMs === modifiedMs) return known.finding ?? [];
      const finding = this.#attempt(path, () => findingIn(path));
      this.#known.set(path, { modifiedMs, finding });
      return finding ?? [];
    });
  }

  #attempt<T>(what: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      const { code } = error as { code?: string };
      // What is not there yet is no trouble; what a writer is just replacing neither.
      if (code !== 'ENOENT') {
        const why = error instanceof Error ? error.message : String(error);
        this.#troubles.push(`${what}: ${code ?? why}`);
      }
      return undefined;
    }
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function isAlive(processId: number): boolean {
  if (processId <= 0) return false;
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // It belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function finishedSweeps(directory: string): readonly FinishedSweep[] {
  const lines = tailOf(join(directory, 'runs.jsonl')).slice(-mostFinished).reverse();
  return lines.flatMap((line) => {
    const run = recordOf(JSON.parse(line));
    if (run.schema !== 'seedstorm-evidence/1') return [];
    const rungs = Object.entries(recordOf(run.rungs)).map(([id, premise]) => ({
      id,
      title: '',
      premise: numberOf(premise),
      broken: 0,
    }));
    return {
      scenario: textOf(run.scenario),
      at: textOf(run.at),
      commit: textOf(run.commit),
      from: numberOf(run.from),
      to: numberOf(run.to),
      verdict: textOf(run.verdict),
      held: numberOf(run.held),
      broken: numberOf(run.broken),
      inconclusive: numberOf(run.inconclusive),
      rungs,
    };
  });
}

/** The last whole lines of a file that only grows. */
function tailOf(path: string): readonly string[] {
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const from = Math.max(0, size - tailBytes);
    const bytes = Buffer.alloc(size - from);
    readSync(descriptor, bytes, 0, bytes.length, from);
    const lines = bytes.toString('utf8').split('\n');
    // The first may have lost its beginning, the last is being written.
    return lines.slice(from > 0 ? 1 : 0, -1).filter((line) => line !== '');
  } finally {
    closeSync(descriptor);
  }
}

function findingIn(path: string): Finding | undefined {
  const file = recordOf(JSON.parse(readFileSync(path, 'utf8')));
  if (file.schema !== 'seedstorm-case/1') return undefined;
  const outcome = recordOf(file.outcome);
  const { seed } = recordOf(file.choices);
  return {
    path,
    scenario: textOf(file.scenario),
    seed: typeof seed === 'number' ? seed : null,
    rung: textOf(outcome.rung) || textOf(outcome.verdict),
    key: textOf(outcome.key),
    step: numberOf(outcome.step),
    faults: Array.isArray(file.plan) ? file.plan.length : 0,
    operations: Array.isArray(file.intents) ? file.intents.length : 0,
    shrunk: path.endsWith('.min.json'),
  };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
