import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from './iteration-log.ts';

/** Name of the log of an iteration, from the root of the project. */
export function logName(iteration: number): string {
  return `logs/iteration-${iteration}.log`;
}

/** The evidence, from the root of the project. */
export const evidenceName = 'logs/runs.jsonl';

/** The highest number that a log in the project has; 0: there is none. */
export function highestLog(root: string): number {
  const folder = join(root, 'logs');
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return 0;
  const numbers = readdirSync(folder).map(
    (name) => /^iteration-(\d+)\.log$/.exec(name)?.[1] ?? '0',
  );
  return Math.max(0, ...numbers.map(Number));
}

/**
 * Files of the loop as they are before somebody else is let in, so that they can be put back: logs,
 * evidence, the plan.
 */
export class KeptFiles {
  readonly #root: string;
  readonly #contents = new Map<string, Buffer>();

  /** @param more names beside logs and evidence, from the root */
  constructor(root: string, more: readonly string[], exceptLog: string) {
    this.#root = root;
    const folder = join(root, 'logs');
    const found =
      statSync(folder, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(folder);
    const logs = found.filter((name) => /^iteration-\d+\.log$/.test(name));
    for (const name of [...logs.map((log) => `logs/${log}`), evidenceName, ...more]) {
      const content = contentOf(join(root, name));
      if (content !== undefined && name !== exceptLog) this.#contents.set(name, content);
    }
  }

  /** Puts back what was changed or removed. @returns the names */
  restore(): readonly string[] {
    const restored: string[] = [];
    for (const [name, content] of this.#contents) {
      const path = join(this.#root, name);
      if (contentOf(path)?.equals(content) === true) continue;
      mkdirSync(dirname(path), { recursive: true });
      rmSync(path, { recursive: true, force: true });
      writeFileSync(path, content);
      if (name.endsWith('.log')) chmodSync(path, 0o444);
      restored.push(name);
    }
    return restored;
  }
}

function contentOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Hash of a file; null when there is none. */
export function hashOfContent(path: string): string | null {
  const content = contentOf(path);
  return content === undefined ? null : sha256(content);
}

/** Adds lines of evidence to those of the project. */
export function addEvidence(root: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  mkdirSync(join(root, 'logs'), { recursive: true });
  appendFileSync(join(root, evidenceName), lines.map((line) => `${line}\n`).join(''));
}

/** What stands for lines of evidence in commits. */
export function evidenceHash(lines: readonly string[]): string {
  return sha256(lines.map((line) => `${line}\n`).join(''));
}

/** What stands for one line of evidence in the journal. */
export function lineHash(line: string): string {
  return sha256(line).slice(0, 16);
}

/** Hashes of all lines of evidence that a project has. */
export function evidenceIn(root: string): ReadonlySet<string> {
  const content = contentOf(join(root, evidenceName))?.toString('utf8') ?? '';
  return new Set(content.split('\n').map(lineHash));
}
