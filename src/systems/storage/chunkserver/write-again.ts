import type { Disk, DiskDone, DiskError } from '../../../sim/disk-contract.ts';

const suffix = '.again';

/**
 * Writes files of a directory anew under the names that they have, so that they are on the disk. To sync
 * them would not do: what a process left in the cache whose sync had failed counts as written, and no
 * later sync writes it.
 */
export function writeAgain(
  disk: Disk,
  files: ReadonlyMap<string, Uint8Array>,
  done: DiskDone,
): void {
  let left = files.size;
  let first: DiskError | null = null;
  const ended = (error: DiskError | null): void => {
    first ??= error;
    left--;
    if (left > 0) return;
    if (first === null) disk.syncDirectory('', done);
    else done(first);
  };
  if (left === 0) done(null);
  for (const [name, bytes] of files) {
    const fresh = `${name}${suffix}`;
    disk.write(fresh, bytes, (error) => {
      if (error !== null) ended(error);
      else {
        disk.sync(fresh, (failed) => {
          if (failed !== null) ended(failed);
          else disk.rename(fresh, name, ended);
        });
      }
    });
  }
}
