import type { Disk, DiskDone, DiskError } from '../../sim/disk-contract.ts';
import { type Snapshot, snapshotName, temporarySnapshot } from './snapshot-format.ts';

/**
 * Keeps the newest snapshot on the disk: written under a temporary name, synced, renamed, and its
 * directory synced, before anybody relies on it. One at a time.
 */
export class SnapshotStore {
  private readonly disk: Disk;
  /** Files under final names, but the one being written. */
  private names: string[];
  busy: boolean = false;
  private name = '';
  private done: DiskDone = () => {};

  constructor(disk: Disk, names: readonly string[]) {
    this.disk = disk;
    this.names = [...names];
  }

  /** Makes a snapshot durable, then calls back; older ones are removed. */
  save(snapshot: Snapshot, done: DiskDone): void {
    if (this.busy) throw new Error('two snapshots at a time');
    this.busy = true;
    this.name = snapshotName(snapshot.index);
    this.done = done;
    this.disk.write(temporarySnapshot, snapshot.file, this.onWritten);
  }

  private readonly onWritten: DiskDone = (error) => {
    if (error !== null) this.fail(error);
    else this.disk.sync(temporarySnapshot, this.onSynced);
  };

  private readonly onSynced: DiskDone = (error) => {
    if (error !== null) this.fail(error);
    else this.disk.rename(temporarySnapshot, this.name, this.onRenamed);
  };

  private readonly onRenamed: DiskDone = (error) => {
    if (error !== null) {
      this.fail(error);
      return;
    }
    if (!this.names.includes(this.name)) this.names.push(this.name);
    this.disk.syncDirectory('', this.onDirectorySynced);
  };

  private readonly onDirectorySynced: DiskDone = (error) => {
    if (error !== null) {
      this.fail(error);
      return;
    }
    for (const name of this.names) {
      if (name !== this.name) this.disk.remove(name, ignore);
    }
    this.names = [this.name];
    this.busy = false;
    this.done(null);
  };

  private fail(error: DiskError): void {
    this.disk.remove(temporarySnapshot, ignore);
    this.busy = false;
    this.done(error);
  }
}

/** What could not be removed is removed after the next snapshot or at the next start. */
function ignore(): void {}
