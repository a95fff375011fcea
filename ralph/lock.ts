import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from '../src/record/usage-error.ts';

/** Who holds the lock. */
interface Holder {
  readonly pid: number;
  /** When its process began, as the system tells it; tells two processes of one number apart. */
  readonly began: string;
}

/** The right to run the loop of a project, which one process has at a time. */
export interface Lock {
  release(): void;
}

/**
 * Takes the lock. One whose holder is dead is taken over.
 * @throws UsageError when another process holds it
 */
export function takeLock(path: string): Lock {
  mkdirSync(dirname(path), { recursive: true });
  const own = JSON.stringify({ pid: process.pid, began: beginningOf(process.pid) });
  const aside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(aside, own);
  try {
    for (;;) {
      try {
        // Whole or not at all, and only where nothing stands.
        linkSync(aside, path);
        return { release: () => release(path, own) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        stealFrom(path);
      }
    }
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Takes a lock away whose holder is dead. */
function stealFrom(path: string): void {
  const text = textOf(path);
  if (text === undefined) return;
  const holder = parseHolder(text);
  if (holder !== undefined && isAlive(holder)) {
    throw new UsageError(
      `another loop is at work here, process ${holder.pid}`,
      path,
      'one loop climbs a project at a time; end it, or wait for it',
    );
  }
  const taken = `${path}.${process.pid}.dead`;
  try {
    renameSync(path, taken);
  } catch {
    return;
  }
  // Somebody may have stolen it first and hold it now.
  if (textOf(taken) !== text) {
    try {
      linkSync(taken, path);
    } catch {
      // A third one has it: the next look will tell.
    }
  }
  rmSync(taken, { force: true });
}

function release(path: string, own: string): void {
  if (textOf(path) === own) rmSync(path, { force: true });
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { pid, began } = JSON.parse(text) as Partial<Holder>;
    return typeof pid === 'number' && typeof began === 'string' ? { pid, began } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, began }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return beginningOf(pid) === began;
}

/** Start of a process in clock ticks since boot; empty where the system does not tell. */
function beginningOf(pid: number): string {
  const stat = textOf(`/proc/${pid}/stat`);
  // The name in parentheses may hold spaces; the start is the twentieth field behind it.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
