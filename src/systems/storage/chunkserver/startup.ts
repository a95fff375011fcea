import type { Disk } from '../../../sim/disk-contract.ts';
import type { Env } from '../../../sim/env.ts';
import { readPatiently } from './read-patiently.ts';
import { type RecoveredServer, recoverServer } from './recovery.ts';

/** Is told what was recovered, and of which files of the journal; one that cannot be read is empty. */
type Started = (recovered: RecoveredServer, journal: ReadonlyMap<string, Uint8Array>) => void;

/** Reads all that a start needs, and goes on without what cannot be read: see `recoverServer`. */
export class Startup {
  private readonly env: Pick<Env, 'timers' | 'log' | 'probe'>;
  private readonly journal: Disk;
  private readonly fragments: Disk;
  private readonly done: Started;

  constructor(
    env: Pick<Env, 'timers' | 'log' | 'probe'>,
    journal: Disk,
    fragments: Disk,
    done: Started,
  ) {
    this.env = env;
    this.journal = journal;
    this.fragments = fragments;
    this.done = done;
  }

  begin(): void {
    const { env } = this;
    readPatiently(
      env,
      this.journal,
      () => true,
      (journal) => {
        const isRead = (name: string): boolean => name.endsWith('.sums');
        readPatiently(env, this.fragments, isRead, (fragments) => {
          if (journal.unreadable.size > 0) env.probe('a journal cannot be read');
          if (fragments.unreadable.size > 0) env.probe('checksums cannot be read');
          const unreadable = journal.unreadable;
          const files = { journal: journal.files, fragments: fragments.files, unreadable };
          this.done(recoverServer(files), journal.files);
        });
      },
    );
  }
}
