import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from '../record/usage-error.ts';
import type { HistoryLike } from '../workload/clients-definition.ts';

/** Name of the file that holds the history of one seed of a sweep. */
function historyFileName(scenario: string, seed: number): string {
  const name = scenario.replaceAll(/[^\w.-]+/g, '-').replace(/^[-.]+/, '');
  return `${name}-seed-${seed}.jsonl`;
}

/**
 * Writes what clients saw in a run, as `check` reads it. Folders are made as needed.
 * @throws UsageError when the clients keep no history that can be written, or the file cannot be
 */
export function writeHistory(path: string, history: HistoryLike | undefined): void {
  const text = history?.toJsonl?.();
  if (text === undefined) {
    throw new UsageError('the clients of this scenario keep no history that can be checked', path);
  }
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    throw new UsageError(`cannot write it: ${(error as Error).message}`, path);
  }
}

/** Path of the history of one seed. */
export function historyPath(directory: string, scenario: string, seed: number): string {
  return join(directory, historyFileName(scenario, seed));
}
