import type { Disk, DiskError } from '../../sim/disk-contract.ts';
import { plainConfiguration } from './confchange.ts';
import { encodeSnapshot, snapshotName, temporarySnapshot } from './snapshot-format.ts';
import type { Entry } from './types.ts';
import { Wal } from './wal.ts';

/** Called with null once the record is durable, and its index. */
export type JournalDone<Fault> = (fault: Fault | null, index: number) => void;

/** What a journal holds, and how its failures are told. */
export interface JournalFormat<Row, Checkpoint, Fault> {
  readonly segmentBytes: number;
  encodeRecord(record: Row): Uint8Array;
  encodeCheckpoint(checkpoint: Checkpoint): Uint8Array;
  faultOf(error: DiskError): Fault;
}

interface Waiting<Row, Fault> {
  readonly entry: Entry;
  readonly record: Row;
  readonly done: JournalDone<Fault>;
}

/**
 * The journal of a node with state of its own: Raft's write-ahead log, which knows torn writes from
 * rot and trusts no sync twice. An entry's `term` is here what it is about, in the numbers of whoever
 * writes: the manifest of a batch keeps it beside the payload, so that of a rotten entry it is known
 * what it was about.
 *
 * Records that come while a batch is written wait, and go into the next one together. A batch that
 * fails takes all that wait with it: none of them took effect. Then a record with the index of one
 * that failed takes its place, also in what a later life reads.
 */
export class RecordJournal<Row, Checkpoint, Fault> {
  private readonly disk: Disk;
  private readonly drawSalt: (sequence: number) => number;
  private readonly format: JournalFormat<Row, Checkpoint, Fault>;
  private readonly play: (record: Row, index: number) => void;
  private wal: Wal | undefined;
  private waiting: Waiting<Row, Fault>[] = [];
  private inBatch = 0;
  private busy = false;
  /** Of the last entry that is durable, and what it is about. */
  index = 0;
  private lastAbout = 0;
  /** Of the last checkpoint that is durable. */
  checkpointIndex = 0;
  /** What was written since. */
  entriesSince = 0;
  bytesSince = 0;

  /**
   * @param disk the directory of the journal
   * @param play takes a durable record in; called before `done` of that record
   */
  constructor(
    disk: Disk,
    drawSalt: (sequence: number) => number,
    format: JournalFormat<Row, Checkpoint, Fault>,
    play: (record: Row, index: number) => void,
  ) {
    this.disk = disk;
    this.drawSalt = drawSalt;
    this.format = format;
    this.play = play;
  }

  /**
   * Begins the journal of a life, behind a checkpoint at `index` that holds everything from before.
   * @param names all files of the directory; they are void afterwards, and are removed
   */
  begin(
    index: number,
    highestSequence: number,
    checkpoint: Checkpoint,
    names: readonly string[],
    done: (error: DiskError | null) => void,
  ): void {
    const position = { segments: [], end: 0, highestSequence, lastIndex: 0, lastTerm: 0 };
    const wal = new Wal(this.disk, this.format.segmentBytes, this.drawSalt, position);
    this.writeCheckpoint(index, 0, checkpoint, (error) => {
      if (error !== null) {
        done(error);
        return;
      }
      const log = { entry: () => undefined, lastIndex: index, lastTerm: 0 };
      const reset = { resetIndex: index, resetTerm: 0, log, fromIndex: index + 1 };
      wal.commit({ term: 0, votedFor: 0, ...reset }, (failed) => {
        if (failed === null) {
          this.wal = wal;
          this.index = index;
          this.checkpointIndex = index;
          for (const name of names) this.disk.remove(name, ignore);
        }
        done(failed);
      });
    });
  }

  /** Makes a record durable. */
  append(about: number, record: Row, done: JournalDone<Fault>): void {
    const index = this.index + this.waiting.length + 1;
    const data = this.format.encodeRecord(record);
    this.waiting.push({ entry: { index, term: about, kind: 'command', data }, record, done });
    this.write();
  }

  private write(): void {
    if (this.busy || this.waiting.length === 0) return;
    this.busy = true;
    const { waiting, index: durable } = this;
    this.inBatch = waiting.length;
    const lastIndex = durable + waiting.length;
    const log = {
      entry: (index: number) => waiting[index - durable - 1]?.entry,
      lastIndex,
      lastTerm: waiting[waiting.length - 1]!.entry.term,
    };
    const fromIndex = durable + 1;
    this.wal!.commit(
      { term: 0, votedFor: 0, resetIndex: 0, resetTerm: 0, log, fromIndex },
      (error) => (error === null ? this.written() : this.failed(error)),
    );
  }

  private written(): void {
    const batch = this.waiting.splice(0, this.inBatch);
    this.busy = false;
    for (const { entry, record } of batch) {
      this.index = entry.index;
      this.lastAbout = entry.term;
      this.entriesSince++;
      this.bytesSince += entry.data.length;
      this.play(record, entry.index);
    }
    this.write();
    for (const { entry, done } of batch) done(null, entry.index);
  }

  private failed(error: DiskError): void {
    const batch = this.waiting;
    this.waiting = [];
    this.busy = false;
    const fault = this.format.faultOf(error);
    for (const { done } of batch) done(fault, 0);
  }

  /**
   * Says that the files hold everything up to `index`, which must be the last durable entry at the
   * time when they began to be written, and drops what nobody needs any more.
   */
  cut(
    { index, about }: JournalMark,
    checkpoint: Checkpoint,
    done: (error: DiskError | null) => void,
  ): void {
    const before = this.checkpointIndex;
    this.writeCheckpoint(index, about, checkpoint, (error) => {
      if (error === null) {
        this.checkpointIndex = index;
        this.wal!.trim(index);
        if (before !== index) this.disk.remove(snapshotName(before), ignore);
      }
      done(error);
    });
  }

  /** The next record begins a segment, so that the cut behind it leaves nothing of those before. */
  beginSegment(): void {
    this.wal?.beginSegment();
  }

  /** The end of what is durable now, for `cut`; counts anew from here. */
  mark(): JournalMark {
    this.entriesSince = 0;
    this.bytesSince = 0;
    return { index: this.index, about: this.lastAbout };
  }

  private writeCheckpoint(
    index: number,
    about: number,
    checkpoint: Checkpoint,
    done: (error: DiskError | null) => void,
  ): void {
    const { disk } = this;
    const members = plainConfiguration([]);
    const bytes = this.format.encodeCheckpoint(checkpoint);
    const { file } = encodeSnapshot(index, about, members, bytes);
    const step = (next: () => void) => (error: DiskError | null) => {
      if (error !== null) done(error);
      else next();
    };
    const name = snapshotName(index);
    const named = step(() => disk.syncDirectory('', done));
    const synced = step(() => disk.rename(temporarySnapshot, name, named));
    const written = step(() => disk.sync(temporarySnapshot, synced));
    disk.write(temporarySnapshot, file, written);
  }
}

/** A place in the journal. */
export interface JournalMark {
  readonly index: number;
  readonly about: number;
}

/** A file that could not be removed is found and removed at the next start. */
function ignore(): void {}
