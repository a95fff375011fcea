import type { Disk, DiskDone, DiskError } from '../../sim/disk-contract.ts';
import { RaftLog } from './log.ts';
import type { Member } from './types.ts';
import { BatchWriter, segmentName, walVersion } from './wal-format.ts';

const nothing: RaftLog = new RaftLog(0, 0);

/** A segment of the chain. */
export interface Segment {
  readonly sequence: number;
  /** Where the log ended before its first record. */
  readonly startIndex: number;
}

/** Where the chain on the disk stands. */
export interface WalPosition {
  /** Oldest first; the last is the one that the next segment continues. */
  readonly segments: readonly Segment[];
  /** Bytes of the last segment that count. */
  readonly end: number;
  /** The largest sequence ever seen in a name. */
  readonly highestSequence: number;
  /** End of the log as those segments tell it. */
  readonly lastIndex: number;
  readonly lastTerm: number;
}

/** What one write makes durable. */
export interface WalWrite {
  readonly term: number;
  readonly votedFor: Member;
  /** Above 0: the log begins behind a snapshot with this last entry. */
  readonly resetIndex: number;
  readonly resetTerm: number;
  /** Entries from `fromIndex` to the end of the log. */
  readonly log: Pick<RaftLog, 'entry' | 'lastIndex' | 'lastTerm'>;
  readonly fromIndex: number;
}

/**
 * The write-ahead log on the disk, one write at a time: append, sync and, for a new segment, sync of
 * the directory. A failed write leaves unknown bytes behind; the next one goes to a new segment that
 * counts the old one only up to its last good sync, and repeats what failed.
 */
export class Wal {
  private readonly disk: Disk;
  private readonly segmentBytes: number;
  private readonly drawSalt: (sequence: number) => number;
  private readonly writer: BatchWriter = new BatchWriter();
  private segments: Segment[];
  private end: number;
  private highestSequence: number;
  private lastIndex: number;
  private lastTerm: number;
  private salt = 0;
  private batch = 0;
  private needsSegment = true;
  private term = -1;
  private votedFor = -1;
  /** The last batch said something that no later one has proved. */
  private holdsPromise = false;

  /** The write under way. */
  private busy = false;
  private file = '';
  private opened: Segment | undefined;
  private newEnd = 0;
  private newSalt = 0;
  private newLastIndex = 0;
  private newLastTerm = 0;
  private newTerm = 0;
  private newVotedFor = 0;
  private done: DiskDone = () => {};

  constructor(
    disk: Disk,
    segmentBytes: number,
    drawSalt: (sequence: number) => number,
    position: WalPosition,
  ) {
    this.disk = disk;
    this.segmentBytes = segmentBytes;
    this.drawSalt = drawSalt;
    this.segments = [...position.segments];
    this.end = position.end;
    this.highestSequence = position.highestSequence;
    this.lastIndex = position.lastIndex;
    this.lastTerm = position.lastTerm;
  }

  /** Whether the last batch is proved by nothing behind it: see `seal`. */
  get unsealed(): boolean {
    return this.holdsPromise && !this.busy;
  }

  /** Changes with each batch. */
  get position(): number {
    return this.highestSequence * 4_294_967_296 + this.end;
  }

  /**
   * Writes a batch that holds nothing new and so proves that the one before was promised: from then
   * on damage of that one is told from a torn write. Nobody has to wait for it. As `commit`.
   */
  seal(done: DiskDone): void {
    this.commit(
      {
        term: this.term,
        votedFor: this.votedFor,
        resetIndex: 0,
        resetTerm: 0,
        log: nothing,
        fromIndex: 1,
      },
      (error) => {
        if (error === null) this.holdsPromise = false;
        done(error);
      },
    );
  }

  /** Makes a write durable, then calls back. Not while another one is under way. */
  commit(write: WalWrite, done: DiskDone): void {
    if (this.busy) throw new Error('two writes at a time');
    this.busy = true;
    this.done = done;
    const bytes = this.encode(write);
    this.disk.append(this.file, bytes, this.onAppended);
  }

  private encode(write: WalWrite): Uint8Array {
    const { writer, segments } = this;
    const { log } = write;
    let offset = this.end;
    if (this.needsSegment || this.end >= this.segmentBytes) {
      const sequence = ++this.highestSequence;
      this.opened = { sequence, startIndex: this.lastIndex };
      this.newSalt = this.drawSalt(sequence);
      this.file = segmentName(sequence);
      offset = 0;
      writer.begin(sequence, this.newSalt, 1, 0);
      writer.header({
        version: walVersion,
        sequence,
        previousSequence: segments[segments.length - 1]?.sequence ?? 0,
        previousEnd: segments.length === 0 ? 0 : this.end,
        term: write.term,
        votedFor: write.votedFor,
        lastIndex: this.lastIndex,
        lastTerm: this.lastTerm,
      });
    } else {
      // The segment that `file` names already: the one of the last good write.
      const { sequence } = segments[segments.length - 1]!;
      writer.begin(sequence, this.salt, this.batch + 1, this.end);
      if (write.term !== this.term || write.votedFor !== this.votedFor) {
        writer.hardState(write.term, write.votedFor);
      }
    }
    this.newLastIndex = this.lastIndex;
    this.newLastTerm = this.lastTerm;
    if (write.resetIndex > 0) {
      writer.reset(write.resetIndex, write.resetTerm);
      this.newLastIndex = write.resetIndex;
      this.newLastTerm = write.resetTerm;
    }
    for (let index = write.fromIndex; index <= log.lastIndex; index++) {
      writer.entry(log.entry(index)!);
    }
    if (write.fromIndex <= log.lastIndex) {
      this.newLastIndex = log.lastIndex;
      this.newLastTerm = log.lastTerm;
    }
    writer.manifest(write.term, write.votedFor);
    this.newTerm = write.term;
    this.newVotedFor = write.votedFor;
    this.newEnd = offset + writer.size;
    return writer.finish();
  }

  private readonly onAppended: DiskDone = (error) => {
    if (error !== null) this.fail(error);
    else this.disk.sync(this.file, this.onSynced);
  };

  private readonly onSynced: DiskDone = (error) => {
    if (error !== null) this.fail(error);
    else if (this.opened !== undefined) this.disk.syncDirectory('', this.onDirectorySynced);
    else this.succeed();
  };

  private readonly onDirectorySynced: DiskDone = (error) => {
    if (error !== null) this.fail(error);
    else this.succeed();
  };

  private succeed(): void {
    if (this.opened !== undefined) {
      this.segments.push(this.opened);
      this.opened = undefined;
      this.needsSegment = false;
      this.salt = this.newSalt;
      this.batch = 0;
    }
    this.batch++;
    this.end = this.newEnd;
    this.lastIndex = this.newLastIndex;
    this.lastTerm = this.newLastTerm;
    this.term = this.newTerm;
    this.votedFor = this.newVotedFor;
    this.busy = false;
    this.holdsPromise = true;
    this.done(null);
  }

  private fail(error: DiskError): void {
    if (this.opened !== undefined) {
      this.opened = undefined;
      this.disk.remove(this.file, ignore);
    }
    this.needsSegment = true;
    this.busy = false;
    this.done(error);
  }

  /** The next write goes to a new segment. */
  beginSegment(): void {
    this.needsSegment = true;
  }

  /** Removes segments of which nothing is needed beside a durable snapshot at this index. */
  trim(snapshotIndex: number): void {
    const { segments } = this;
    let first = segments.length - 1;
    while (first > 0 && segments[first]!.startIndex > snapshotIndex) first--;
    for (let i = 0; i < first; i++) {
      this.disk.remove(segmentName(segments[i]!.sequence), ignore);
    }
    if (first > 0) segments.splice(0, first);
  }
}

/** A file that could not be removed is found and removed at the next start. */
function ignore(): void {}
