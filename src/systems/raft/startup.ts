import type { DiskError } from '../../sim/disk-contract.ts';
import type { Env } from '../../sim/env.ts';
import { type Recovered, recover } from './recovery.ts';
import { snapshotIndexOf, temporarySnapshot } from './snapshot-format.ts';
import type { RaftKvMessage } from './types.ts';
import type { WalPosition } from './wal.ts';
import { segmentName, segmentSequence } from './wal-format.ts';

/** What a start found on the disk, made durable, ready for the first segment of this life. */
export interface StartPoint {
  readonly recovered: Recovered;
  readonly position: WalPosition;
  /** The whole log must be written again: what was read could not be made durable where it is. */
  readonly rewrite: boolean;
  /** Files that are void once the first segment of this life is durable. */
  readonly replaced: readonly string[];
}

/** How long a start waits before it asks a disk again that failed. */
export const startRetryUs: number = 50_000;

/**
 * Reads all files of a node. Bytes that only the cache holds may be among them (the process was
 * killed), so before anybody acts on them the last segment and the directory are synced; all before
 * that was promised when the last segment was begun. A disk that cannot be read now is asked again:
 * an error is never taken for the end of the log.
 */
export class Startup {
  private readonly env: Env<RaftKvMessage>;
  private readonly done: (point: StartPoint) => void;
  private names: readonly string[] = [];
  private files: Map<string, Uint8Array> = new Map();

  constructor(env: Env<RaftKvMessage>, done: (point: StartPoint) => void) {
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
    const last = recovered.segments[recovered.segments.length - 1];
    if (recovered.verdict !== 'whole' || last === undefined) {
      this.hand(recovered, false);
      return;
    }
    this.env.disk.sync(segmentName(last.sequence), (error) => {
      // After a failed sync nothing is known about the file any more: the memory holds the truth.
      this.syncNames(recovered, error !== null);
    });
  }

  private syncNames(recovered: Recovered, rewrite: boolean): void {
    this.env.disk.syncDirectory('', (error) => {
      if (error !== null) this.retry(error);
      else this.hand(recovered, rewrite);
    });
  }

  private hand(recovered: Recovered, rewrite: boolean): void {
    const position: WalPosition = rewrite
      ? {
          segments: [],
          end: 0,
          highestSequence: recovered.highestSequence,
          lastIndex: 0,
          lastTerm: 0,
        }
      : recovered;
    if (recovered.verdict !== 'damaged') {
      // They take room that the first write may need.
      for (const name of recovered.voidFiles) this.env.disk.remove(name, ignore);
      if (this.names.includes(temporarySnapshot)) this.env.disk.remove(temporarySnapshot, ignore);
    }
    const replaced = rewrite ? recovered.segments.map(({ sequence }) => segmentName(sequence)) : [];
    this.done({ recovered, position, rewrite, replaced });
  }
}

function isOurs(name: string): boolean {
  return segmentSequence(name) > 0 || snapshotIndexOf(name) > 0;
}

/** What could not be removed is found again at the next start. */
function ignore(): void {}
