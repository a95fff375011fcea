import type { Disk, DiskError } from '../../../sim/disk-contract.ts';
import type { Env } from '../../../sim/env.ts';

/** How long a start waits before it asks a disk again that failed. */
export const startRetryUs: number = 50_000;
/**
 * A file that could not be read so often, once each wait, counts as lost: four seconds. Trouble that
 * passes is over sooner, and what is given up has to be made anew from others.
 */
const mostTries = 80;

const noBytes: Uint8Array = new Uint8Array(0);

/** The files of a directory in the order of their names. */
export interface PatientlyRead {
  /** Empty where nobody wanted the bytes, and where they cannot be read. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly unreadable: ReadonlySet<string>;
}

/**
 * Lists a directory and reads those files whose bytes are wanted. What fails is asked again: a
 * directory that cannot be listed for as long as it takes, for nothing can be done without it; a file
 * only so often, for a sector that is worn out will never be read, and the others are.
 */
export function readPatiently(
  env: Pick<Env, 'timers' | 'log'>,
  disk: Disk,
  isRead: (name: string) => boolean,
  done: (read: PatientlyRead) => void,
): void {
  const again = ({ operation, code, file }: DiskError, then: () => void): void => {
    env.log('start waits for the disk', { operation, code, file });
    env.timers.set('start', startRetryUs, then);
  };
  disk.list('', (error, names) => {
    if (error !== null) {
      again(error, () => readPatiently(env, disk, isRead, done));
      return;
    }
    // In the order of names, whichever answers first.
    const files = new Map(names.map((name) => [name, noBytes]));
    const readAll = (wanted: readonly string[], triesLeft: number): void => {
      const failed: string[] = [];
      let failure: DiskError | null = null;
      let left = wanted.length;
      const end = (): void => {
        if (failure === null || triesLeft === 0) done({ files, unreadable: new Set(failed) });
        else again(failure, () => readAll(failed, triesLeft - 1));
      };
      if (left === 0) end();
      for (const name of wanted) {
        disk.read(name, (trouble, bytes) => {
          if (trouble !== null) {
            failure ??= trouble;
            failed.push(name);
          } else if (bytes === undefined) files.delete(name);
          else files.set(name, bytes);
          if (--left === 0) end();
        });
      }
    };
    readAll(names.filter(isRead), mostTries - 1);
  });
}
