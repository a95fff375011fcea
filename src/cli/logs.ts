import { access, constants, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from '../record/usage-error.ts';

/** Where runs leave what they found, under the current directory. */
export const logsDirectory = 'logs';

/** Where case files of failing seeds go. */
export const failuresDirectory: string = join(logsDirectory, 'failures');

/** Where running sweeps say how far they are. */
export const liveDirectory: string = join(logsDirectory, 'live');

/**
 * Looks before the work begins whether a folder, or the nearest one above it, can be written.
 * @throws UsageError that names the folder
 */
export function checkOutput(directory: string): Promise<void> {
  return checkWritable(directory);
}

/**
 * Looks before the work begins whether its evidence can be written: hours of sweeping must not end
 * in "permission denied". Makes nothing.
 * @throws UsageError that names the folder
 */
export async function checkLogs(): Promise<void> {
  for (const directory of [failuresDirectory, liveDirectory]) {
    await checkWritable(resolve(directory));
  }
}

async function checkWritable(directory: string): Promise<void> {
  try {
    const found = await stat(directory);
    if (!found.isDirectory()) throw unwritable(directory, 'it is not a folder');
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    // What is not there yet can be made if the folder above it can be written.
    if (code === 'ENOENT') return await checkWritable(dirname(directory));
    if (code === 'ENOTDIR') return await checkWritable(dirname(directory));
    throw unwritable(directory, code ?? String(error));
  }
}

/** The complaint about a place where nothing can be written. */
export function unwritable(directory: string, reason: string): UsageError {
  return new UsageError(
    `cannot write evidence here: ${reason}`,
    directory,
    'seedstorm keeps case files and evidence in logs/ of the current directory; ' +
      'doctor and mutants do without it under --no-evidence',
  );
}
