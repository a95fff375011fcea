import type { DiskError } from '../../sim/disk-contract.ts';
import type { RaftEnv } from './raft-env.ts';
import { type Recovered, recover } from './recovery.ts';
import { snapshotIndexOf, temporarySnapshot } from './snapshot-format.ts';
import { segmentName, segmentSequence } from './wal-format.ts';

/** What a start found on the disk. */
export interface StartPoint {
  readonly recovered: Recovered;
  /** Files that are void once the first segment of this life is durable. */
  readonly replaced: readonly string[];
}

/** How long a start waits before it asks a disk again that failed. */
export const startRetryUs: number = 50_000;

/**
 * Reads all files of a node. Bytes that only the cache holds may be among them (the process was
 * killed), and a sync cannot be trusted to make them durable: when an earlier sync has failed, the
 * system may have taken them for clean, and reports success from then on ("fsyncgate"; Rebello et
 * al., Can Applications Recover from fsync Failures?, 2020). So the last batch, the only one that
 * may be in doubt, is written again by the first segment of this life, and nobody acts on it
 * before. Names are synced here. A disk that cannot be read now is asked again: an error is never
 * taken for the end of the log.
 */
export class Startup {
  private readonly env: RaftEnv;
  private readonly done: (point: StartPoint) => void;
  private names: readonly string[] = [];
  private files: Map<string, Uint8Array> = new Map();

  constructor(env: RaftEnv, done: (point: StartPoint) => void) {
    this.env = env;
    this.done = done;
  }

  begin(): void {
    this.env.disk.list('', (error, names) => {
      if (error !== null) {
        this.retry(error);
        return;
      }
      this.names = names;
      this.files = new Map();
      this.readFrom(0);
    });
  }

  private retry(error: DiskError): void {
    this.env.log('start waits for the disk', { operation: error.operation, code: error.code });
    this.env.timers.set('start', startRetryUs, () => this.begin());
  }

  private readFrom(position: number): void {
    let at = position;
    while (at < this.names.length && !isOurs(this.names[at]!)) at++;
    const name = this.names[at];
    if (name === undefined) {
      this.finish(recover(this.files));
      return;
    }
    this.env.disk.read(name, (error, bytes) => {
      if (error !== null) {
        this.retry(error);
        return;
      }
      if (bytes !== undefined) this.files.set(name, bytes);
      this.readFrom(at + 1);
    });
  }

  private finish(recovered: Recovered): void {
    if (recovered.verdict === 'empty' || recovered.verdict === 'damaged') {
      this.hand(recovered);
      return;
    }
    this.env.disk.syncDirectory('', (error) => {
      if (error !== null) this.retry(error);
      else this.hand(recovered);
    });
  }

  private hand(recovered: Recovered): void {
    const { verdict, chain, proved, voidFiles } = recovered;
    const replaced: string[] = [];
    for (const sequence of chain) {
      const goesOn =
        verdict === 'whole' && proved.segments.some((kept) => kept.sequence === sequence);
      if (!goesOn) {
        replaced.push(segmentName(sequence));
      }
    }
    if (verdict === 'repairable') {
      // One of them takes the place of a lost snapshot, perhaps under the same name.
      replaced.push(...this.names.filter((name) => snapshotIndexOf(name) > 0));
    }
    const newest = chain[chain.length - 1] ?? 0;
    for (const name of verdict === 'damaged' ? [] : voidFiles) {
      // What only the newest segment makes void is needed until that is proved to be durable.
      if (segmentSequence(name) > 0 && segmentSequence(name) < newest) replaced.push(name);
      // The others take room that the first write may need.
      else this.env.disk.remove(name, ignore);
    }
    if (verdict !== 'damaged' && this.names.includes(temporarySnapshot)) {
      this.env.disk.remove(temporarySnapshot, ignore);
    }
    this.done({ recovered, replaced });
  }
}

function isOurs(name: string): boolean {
  return segmentSequence(name) > 0 || snapshotIndexOf(name) > 0;
}

/** What could not be removed is found again at the next start. */
function ignore(): void {}
