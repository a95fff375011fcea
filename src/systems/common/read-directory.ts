import type { Disk, DiskError } from '../../sim/disk-contract.ts';

const noBytes: Uint8Array = new Uint8Array(0);

/** Lists a directory and reads those files whose bytes are wanted; of the others nothing but names. */
export function readDirectory(
  disk: Disk,
  isRead: (name: string) => boolean,
  failed: (error: DiskError) => void,
  done: (files: ReadonlyMap<string, Uint8Array>) => void,
): void {
  disk.list('', (error, names) => {
    if (error !== null) {
      failed(error);
      return;
    }
    // In the order of names, whichever answers first.
    const files = new Map(names.map((name) => [name, noBytes]));
    const wanted = names.filter(isRead);
    let left = wanted.length;
    let failure: DiskError | null = null;
    if (left === 0) done(files);
    for (const name of wanted) {
      disk.read(name, (trouble, bytes) => {
        failure ??= trouble;
        if (bytes === undefined) files.delete(name);
        else files.set(name, bytes);
        left--;
        if (left > 0) return;
        if (failure === null) done(files);
        else failed(failure);
      });
    }
  });
}
