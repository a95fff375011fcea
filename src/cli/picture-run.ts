import { mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { RunTrace } from '../record/run-trace.ts';
import { catchInterrupt } from './interrupt.ts';
import { logsDirectory } from './logs.ts';
import type { Subject } from './subject.ts';

/** Where reports go unless a file is named. */
export const reportsDirectory: string = join(logsDirectory, 'reports');

/** A traced run, and whether a person ended it early. */
export interface PictureRun {
  readonly trace: RunTrace;
  readonly interrupted: boolean;
}

/** Runs a subject again and keeps what pictures need: the last `events` events. */
export async function runForPictures(
  subject: Subject,
  events: number | undefined,
  paranoid: boolean,
): Promise<PictureRun> {
  const { traceRun } = await import('../run/trace-run.ts');
  const interrupt = catchInterrupt(() => process.stderr.write('interrupted\n'));
  try {
    const { trace } = await traceRun(subject.scenario, subject.input, {
      name: subject.reference.name,
      paranoid,
      signal: interrupt.signal,
      replay: subject.replay,
      ...(events === undefined ? {} : { events }),
    });
    return { trace, interrupted: interrupt.interrupted };
  } finally {
    interrupt.release();
  }
}

/** Path of a report: `logs/reports/<case>.html` or `logs/reports/<scenario>-seed-<seed>.html`. */
export function reportPath(argument: string, seed: string | undefined): string {
  const name = basename(argument).replace(/\.(?:json|[mc]?[jt]s)$/, '');
  return join(reportsDirectory, `${name}${seed === undefined ? '' : `-seed-${seed}`}.html`);
}

/**
 * Writes a file whole or not at all; folders are made as needed.
 * @throws UsageError when it cannot be written
 */
export async function writeOutput(path: string, text: string): Promise<void> {
  const { fileError, writeWhole } = await import('../run/case-store.ts');
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeWhole(path, text);
  } catch (error) {
    throw fileError(error, path, 'written');
  }
}
