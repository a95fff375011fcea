import type { DiskDone } from '../../../sim/disk-contract.ts';
import type { Env } from '../../../sim/env.ts';
import type { Entry } from '../../raft/index.ts';
import {
  changelogDirectory,
  encodeRecords,
  encodeState,
  segmentIndex,
  segmentName,
  stateIndex,
  stateName,
} from './changelog-format.ts';

/** How large what a metalogger keeps may become. */
export interface ChangelogSettings {
  /** A segment that has reached this size is continued in a new one. */
  readonly segmentBytes: number;
  /** Tables are saved when so many entries have come since the last time. */
  readonly stateEntries: number;
}

export const simulationChangelog: ChangelogSettings = { segmentBytes: 4_096, stateEntries: 200 };

/** Saved tables that are kept, with the records behind the oldest of them. */
const statesKept = 2;
/** Records that wait for a disk that fails; with more the tables are saved instead. */
const mostWaiting = 10_000;
const retryUs = 200_000;

/**
 * Every entry as a record on a disk of its own, in segments, and the tables now and then. Each life
 * begins with the tables and a segment of its own; so does the time after a failed write.
 */
export class ChangelogWriter {
  /** All entries up to here are durable, as records or in saved tables. */
  durable: number = 0;
  private readonly env: Env;
  private readonly settings: ChangelogSettings;
  /** The tables as they are now, and the index that they are of. */
  private readonly save: () => { readonly index: number; readonly saved: Uint8Array };
  private phase: 'closed' | 'opening' | 'ready' = 'closed';
  /** The index of the next record. */
  private next = 0;
  private waiting: Entry[] = [];
  private busy = false;
  private segment = '';
  private segmentSize = 0;
  private stateDue = false;
  private lastState = 0;
  /** First indexes of the segments, and indexes of saved tables, rising. */
  private segments: number[] = [];
  private states: number[] = [];

  constructor(
    env: Env,
    settings: ChangelogSettings,
    save: () => { readonly index: number; readonly saved: Uint8Array },
  ) {
    this.env = env;
    this.settings = settings;
    this.save = save;
  }

  /** An entry was applied. The first one of a life opens the files. */
  add(entry: Entry): void {
    if (this.phase !== 'ready') {
      this.waiting.push(entry);
      if (this.phase === 'closed') this.open();
      return;
    }
    this.take(entry);
    this.goOn();
  }

  private take(entry: Entry): void {
    if (entry.index < this.next) return;
    if (entry.index > this.next || this.waiting.length >= mostWaiting) {
      // A snapshot took the place of entries, or the disk lags too far behind.
      this.env.probe('a changelog has a gap');
      this.waiting = [];
      this.stateDue = true;
    } else this.waiting.push(entry);
    this.next = entry.index + 1;
  }

  // ---------------------------------------------------------------- start

  private open(): void {
    this.phase = 'opening';
    const { disk, timers } = this.env;
    disk.list(changelogDirectory, (error, names) => {
      if (error !== null) {
        timers.set('changelog', retryUs, () => this.open());
        return;
      }
      const rising = (a: number, b: number): number => a - b;
      const indexes = (of: (name: string) => number | undefined): number[] =>
        names.flatMap((name) => of(name) ?? []).sort(rising);
      this.segments = indexes(segmentIndex);
      this.states = indexes(stateIndex);
      this.ready();
    });
  }

  /**
   * What an earlier life has left may be in the cache alone, and no sync says any more that it is not:
   * one that has failed marks it as written. So the tables as they are now stand in for all of it.
   */
  private ready(): void {
    this.phase = 'ready';
    const came = this.waiting;
    this.waiting = [];
    this.next = came[0]!.index;
    this.stateDue = this.next > 1 || this.segments.length + this.states.length > 0;
    for (const entry of came) this.take(entry);
    this.goOn();
  }

  // ---------------------------------------------------------------- writing

  private goOn(): void {
    if (this.busy || this.phase !== 'ready') return;
    if (this.stateDue) this.writeState();
    else if (this.waiting.length > 0) this.writeRecords();
    else if (this.next - 1 - this.lastState >= this.settings.stateEntries) this.writeState();
  }

  private writeRecords(): void {
    const entries = this.waiting;
    this.waiting = [];
    const first = entries[0]!.index;
    const isNew = this.segment === '' || this.segmentSize >= this.settings.segmentBytes;
    if (isNew) {
      this.segment = segmentName(first);
      this.segmentSize = 0;
      if (this.segments.at(-1) !== first) this.segments.push(first);
    }
    const bytes = encodeRecords(entries);
    const { disk } = this.env;
    const file = this.segment;
    this.busy = true;
    const written: DiskDone = (error) => {
      this.busy = false;
      if (error !== null) {
        this.failed(entries);
        return;
      }
      this.durable = Math.max(this.durable, entries.at(-1)!.index);
      this.goOn();
    };
    const synced: DiskDone = (error) => {
      if (error !== null || !isNew) written(error);
      else disk.syncDirectory(changelogDirectory, written);
    };
    this.segmentSize += bytes.length;
    const appended: DiskDone = (error) =>
      error !== null ? written(error) : disk.sync(file, synced);
    // A segment of this name may be here: one without a whole record.
    if (isNew) disk.write(file, bytes, appended);
    else disk.append(file, bytes, appended);
  }

  /** Nothing is known of the end of that segment: they are written again, in a new one. */
  private failed(entries: readonly Entry[]): void {
    this.env.probe('a changelog write failed');
    this.segment = '';
    // A gap meanwhile: the saved tables will have them.
    if (!this.stateDue) this.waiting = [...entries, ...this.waiting];
    this.env.timers.set('changelog', retryUs, () => this.goOn());
  }

  private writeState(): void {
    const { index, saved } = this.save();
    const { disk } = this.env;
    const file = stateName(index);
    const fresh = `${file}.new`;
    this.stateDue = false;
    this.waiting = this.waiting.filter((entry) => entry.index > index);
    this.busy = true;
    const end: DiskDone = (error) => {
      this.busy = false;
      if (error !== null) {
        this.stateDue = true;
        this.env.timers.set('changelog', retryUs, () => this.goOn());
        return;
      }
      this.env.probe('a metalogger saved its tables');
      this.durable = Math.max(this.durable, index);
      this.lastState = index;
      if (this.states.at(-1) !== index) this.states.push(index);
      this.trim();
      this.goOn();
    };
    disk.write(fresh, encodeState(saved), (error) => {
      if (error !== null) return end(error);
      disk.sync(fresh, (notSynced) => {
        if (notSynced !== null) return end(notSynced);
        disk.rename(fresh, file, (notRenamed) => {
          if (notRenamed !== null) end(notRenamed);
          else disk.syncDirectory(changelogDirectory, end);
        });
      });
    });
    // Behind the tables a new segment begins.
    this.segment = '';
  }

  /** Removes what lies before the oldest saved tables that are kept. */
  private trim(): void {
    const { disk } = this.env;
    while (this.states.length > statesKept) {
      disk.remove(stateName(this.states.shift()!), () => {});
    }
    const oldest = this.states[0]!;
    while (this.segments.length > 1 && this.segments[1]! <= oldest + 1) {
      disk.remove(segmentName(this.segments.shift()!), () => {});
    }
  }
}
