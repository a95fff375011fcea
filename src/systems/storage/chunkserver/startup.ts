import type { Disk, DiskError } from '../../../sim/disk-contract.ts';
import type { Env } from '../../../sim/env.ts';
import { readDirectory } from '../../common/read-directory.ts';
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
