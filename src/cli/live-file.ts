import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PartProgress } from '../record/gate-record.ts';
import type { SweepProgress } from '../run/run-contract.ts';
import { liveDirectory, unwritable } from './logs.ts';

const everyMs = 1_000;

/** A file that says each second how far a sweep is, for whoever watches. */
export interface LiveFile {
  update(progress: SweepProgress | PartProgress): void;
  /** The sweep is over: the file goes away. */
  remove(): void;
}

/**
 * Begins `logs/live/<scenario>-<pid>.json`.
 * @throws UsageError when it cannot be written
 */
export function liveFile(
  scenario: string,
  description: Readonly<Record<string, unknown>>,
  nowMs: () => number = () => performance.now(),
  directory: string = liveDirectory,
): LiveFile {
  const name = `${scenario.replaceAll(/[^\w.-]+/g, '-')}-${process.pid}.json`;
  const path = join(directory, name);
  const write = (progress: SweepProgress | PartProgress | null): void => {
    const text = JSON.stringify({
      schema: 'seedstorm-live/1',
      pid: process.pid,
      scenario,
      ...description,
      progress,
    });
    // Renamed into place, so that no reader sees half a file.
    writeFileSync(`${path}.part`, `${text}\n`);
    renameSync(`${path}.part`, path);
  };
  try {
    mkdirSync(directory, { recursive: true });
    write(null);
  } catch (error) {
    throw unwritable(directory, (error as NodeJS.ErrnoException).code ?? String(error));
  }
  let lastMs = nowMs();
  return {
    update(progress) {
      if (nowMs() - lastMs < everyMs) return;
      lastMs = nowMs();
      try {
        write(progress);
      } catch {
        // A full disk must not end the sweep: the evidence at its end will say so.
      }
    },
    remove: () => rmSync(path, { force: true }),
  };
}
