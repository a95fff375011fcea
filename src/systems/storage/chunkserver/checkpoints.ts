import type { DiskError } from '../../../sim/disk-contract.ts';
import type { Fragment } from './fragment.ts';
import type { ServerCore } from './server-core.ts';

/** After so much in the journal the files are brought up to date. */
const mostEntries = 64;
const mostBytes = 65_536;
/** And after so long, if there is anything. */
const intervalUs = 500_000;

type Job = (end: () => void) => void;

/** What a checkpoint needs of its server. */
type Core = Pick<ServerCore, 'env' | 'files' | 'journal' | 'table' | 'owesFloor'>;

/**
 * Brings fragment files up to date, one at a time, and cuts the journal behind that. Files of erased
 * fragments go here as well, so that no flush under way brings one back, and before the cut: the
 * journal tells that they are erased as long as they may still be there.
 */
export class Checkpoints {
  private readonly core: Core;
  private readonly jobs: Job[] = [];
  private busy = false;
  private waiting = false;
  private erased: Fragment[] = [];

  constructor(core: Core) {
    this.core = core;
  }

  /** Keeps a timer going from now on. */
  start(): void {
    this.core.env.timers.set('checkpoint', intervalUs, () => {
      this.begin();
      this.start();
    });
  }

  /** Called after something was written: begins when it has become much. */
  consider(): void {
    const { entriesSince, bytesSince } = this.core.journal;
    if (entriesSince >= mostEntries || bytesSince >= mostBytes) this.begin();
  }

  /** The erasure is durable in the journal. */
  erase(fragment: Fragment): void {
    this.erased.push(fragment);
  }

  /** Flushes one fragment now. */
  flush(fragment: Fragment, done: (error: DiskError | null) => void): void {
    this.take((end) => {
      this.flushOne(fragment, (error) => {
        end();
        done(error);
      });
    });
  }

  private begin(): void {
    const { journal, table } = this.core;
    if (this.waiting || (journal.index === journal.checkpointIndex && table.dirty.size === 0))
      return;
    this.waiting = true;
    this.take((end) => {
      this.waiting = false;
      this.run(() => end());
    });
  }

  private take(job: Job): void {
    this.jobs.push(job);
    this.next();
  }

  private next(): void {
    if (this.busy) return;
    const job = this.jobs.shift();
    if (job === undefined) return;
    this.busy = true;
    job(() => {
      this.busy = false;
      this.next();
    });
  }

  private run(end: () => void): void {
    const { journal, table, files } = this.core;
    const mark = journal.mark();
    const { erased } = this;
    this.erased = [];
    const giveUp = (error: DiskError): void => {
      this.failed(error, erased);
      end();
    };
    const cut = (): void => {
      if (mark.index === journal.checkpointIndex) {
        end();
        return;
      }
      journal.cut(mark, table.checkpoint(this.core.owesFloor), (failed) => {
        if (failed !== null) this.failed(failed, []);
        end();
      });
    };
    const named = (error: DiskError | null): void => {
      if (error === null) cut();
      else giveUp(error);
    };
    // Checksums that stayed would be a fragment again, once no journal tells that it is erased.
    const removed = (error: DiskError | null): void => {
      if (error === null) files.syncNames(named);
      else giveUp(error);
    };
    this.flushAll([...table.dirty], () => files.removeAll(erased, removed), giveUp);
  }

  /** What could not be done is done by the next one. */
  private failed({ operation, code }: DiskError, erased: readonly Fragment[]): void {
    this.erased.unshift(...erased);
    this.core.env.log('checkpoint failed', { operation, code });
  }

  /** Flushes fragments one after another; the first failure ends it. */
  flushAll(
    fragments: readonly Fragment[],
    done: () => void,
    failed: (error: DiskError) => void,
    at: number = 0,
  ): void {
    const fragment = fragments[at];
    if (fragment === undefined) {
      done();
      return;
    }
    this.flushOne(fragment, (error) => {
      if (error !== null) failed(error);
      else this.flushAll(fragments, done, failed, at + 1);
    });
  }

  private flushOne(fragment: Fragment, done: (error: DiskError | null) => void): void {
    const { table, files } = this.core;
    if (table.byNumber.get(fragment.number) !== fragment) {
      done(null);
      return;
    }
    table.dirty.delete(fragment);
    files.flush(fragment, (error) => {
      // A fragment that was erased meanwhile is in nobody's way.
      const isHere = table.byNumber.get(fragment.number) === fragment;
      if (isHere && (error !== null || fragment.index > fragment.flushedIndex)) {
        table.dirty.add(fragment);
      }
      done(error);
    });
  }
}
