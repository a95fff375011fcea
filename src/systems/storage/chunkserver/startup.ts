import type { Disk, DiskError } from '../../../sim/disk-contract.ts';
import type { Env } from '../../../sim/env.ts';
import { type RecoveredServer, recoverServer } from './recovery.ts';

/** How long a start waits before it asks a disk again that failed. */
export const startRetryUs: number = 50_000;

/** Reads all that a start needs; a disk that cannot be read now is asked again. */
export class Startup {
  private readonly env: Pick<Env, 'timers' | 'log'>;
  private readonly journal: Disk;
  private readonly fragments: Disk;
  private readonly done: (recovered: RecoveredServer, journalNames: readonly string[]) => void;

  constructor(
    env: Pick<Env, 'timers' | 'log'>,
    journal: Disk,
    fragments: Disk,
    done: (recovered: RecoveredServer, journalNames: readonly string[]) => void,
  ) {
    this.env = env;
    this.journal = journal;
    this.fragments = fragments;
    this.done = done;
  }

  begin(): void {
    const retry = (error: DiskError): void => {
      this.env.log('start waits for the disk', { operation: error.operation, code: error.code });
      this.env.timers.set('start', startRetryUs, () => this.begin());
    };
    readDirectory(
      this.journal,
      () => true,
      retry,
      (journal) => {
        const isRead = (name: string): boolean => name.endsWith('.sums');
        readDirectory(this.fragments, isRead, retry, (fragments) => {
          this.done(recoverServer({ journal, fragments }), [...journal.keys()]);
        });
      },
    );
  }
}

const noBytes: Uint8Array = new Uint8Array(0);

/** Lists a directory and reads those files whose bytes are wanted; of the others nothing but names. */
function readDirectory(
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
