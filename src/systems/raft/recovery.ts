import { decodeSnapshot, type Snapshot, snapshotIndexOf } from './snapshot-format.ts';
import type { Entry, Member } from './types.ts';
import type { WalPosition } from './wal.ts';
import {
  decodeEntry,
  decodeHardState,
  decodeHeader,
  decodeReset,
  emptyRecord,
  entryRecord,
  hardStateRecord,
  headerRecord,
  readRecord,
  resetRecord,
  type SegmentHeader,
  segmentName,
  segmentSequence,
  type WalRecord,
} from './wal-format.ts';

/** What the files of a node say. */
export interface Recovered {
  /**
   * `empty`: no promise can ever have been made with these files. `damaged`: bytes or files that
   * were promised are missing. `whole`: everything else, a torn tail included.
   */
  readonly verdict: 'empty' | 'whole' | 'damaged';
  /** What is damaged. */
  readonly reason: string;
  readonly term: number;
  readonly votedFor: Member;
  readonly snapshot: Snapshot | undefined;
  /** Entries behind the snapshot. */
  readonly entries: readonly Entry[];
  /** Sequences of the segments of the chain, oldest first. */
  readonly chain: readonly number[];
  /** Bytes of the last segment that count. */
  readonly end: number;
  /** End of the log as the segments tell it, before the snapshot had its say. */
  readonly lastIndex: number;
  readonly lastTerm: number;
  /**
   * The chain without the last batch: all that is proved to be durable. Of the last batch nothing
   * is known, not even after a sync: if the life before met a sync that failed, the cache may hold
   * bytes that never reached the disk and that no sync will write any more.
   */
  readonly proved: WalPosition;
  /** First entry that must be written again behind `proved`; 0: the whole log, after a reset. */
  readonly repeatFrom: number;
  /** The last segment ends in bytes that are no whole batch. */
  readonly tornTail: boolean;
  /** Something was written and did not survive: a hole, zeros, a segment without a beginning. */
  readonly lostWrite: boolean;
  /** Files that count for nothing. */
  readonly voidFiles: readonly string[];
}

/** A log that grows as records are read. */
class Replay {
  term = 0;
  votedFor: Member = 0;
  baseIndex = 0;
  baseTerm = 0;
  entries: Entry[] = [];
  end = 0;
  tornTail = false;
  lostWrite = false;
  /** Of the last batch: where it begins, the end of the log there, its first entry, its reset. */
  batchAt = 0;
  batchLastIndex = 0;
  batchLastTerm = 0;
  batchEntry = 0;
  batchResets = false;

  get lastIndex(): number {
    return this.baseIndex + this.entries.length;
  }

  get lastTerm(): number {
    return this.entries[this.entries.length - 1]?.term ?? this.baseTerm;
  }

  /** False when the record cannot follow what came before it. */
  take(bytes: Uint8Array, record: WalRecord): boolean {
    if (record.type === hardStateRecord) {
      const { term, votedFor } = decodeHardState(bytes, record.payloadAt);
      this.term = term;
      this.votedFor = votedFor;
    } else if (record.type === resetRecord) {
      const { index, term } = decodeReset(bytes, record.payloadAt);
      this.baseIndex = index;
      this.baseTerm = term;
      this.entries = [];
      this.batchResets = true;
    } else if (record.type === entryRecord) {
      const entry = decodeEntry(bytes, record.payloadAt, record.payloadBytes);
      if (this.batchEntry === 0) this.batchEntry = entry.index;
      return this.put(entry);
    }
    return true;
  }

  beginBatch(at: number): void {
    this.batchAt = at;
    this.batchLastIndex = this.lastIndex;
    this.batchLastTerm = this.lastTerm;
    this.batchEntry = 0;
    this.batchResets = false;
  }

  private put(entry: Entry): boolean {
    if (entry.index > this.lastIndex + 1) return false;
    if (entry.index <= this.baseIndex) {
      this.baseIndex = entry.index - 1;
      this.baseTerm = -1;
      this.entries = [entry];
    } else {
      this.entries.length = entry.index - 1 - this.baseIndex;
      this.entries.push(entry);
    }
    return true;
  }

  begin(header: SegmentHeader): void {
    this.term = header.term;
    this.votedFor = header.votedFor;
  }
}

interface Link {
  readonly header: SegmentHeader;
  readonly bytes: Uint8Array;
  /** Bytes that count; for the last segment the length of the file. */
  readonly limit: number;
}

/** Reads the files of a node: pure, and the same for the node itself and for an auditor. */
export function recover(files: ReadonlyMap<string, Uint8Array>): Recovered {
  const names = [...files.keys()];
  const snapshotNames = names.filter((name) => snapshotIndexOf(name) > 0).sort();
  const newest = snapshotNames[snapshotNames.length - 1];
  const highestSequence = names.reduce((most, name) => Math.max(most, segmentSequence(name)), 0);
  const replay = new Replay();
  let snapshot: Snapshot | undefined;
  if (newest !== undefined) {
    snapshot = decodeSnapshot(files.get(newest)!);
    if (snapshot?.index !== snapshotIndexOf(newest)) {
      return result('damaged', `${newest} fails its checksum`, replay, undefined, [], 0, []);
    }
  }
  const chain = findChain(files, highestSequence, snapshot?.index ?? 0, replay);
  if (typeof chain === 'string') {
    return result('damaged', chain, replay, snapshot, [], highestSequence, []);
  }
  if (chain.length === 0) {
    const reason = snapshot === undefined ? '' : 'a snapshot without a log';
    const verdict = snapshot === undefined ? 'empty' : 'damaged';
    return result(verdict, reason, replay, snapshot, [], highestSequence, names);
  }
  const reason = replayChain(chain, replay);
  const verdict = reason === '' ? joinSnapshot(replay, snapshot) : reason;
  const kept = new Set(chain.map((link) => segmentName(link.header.sequence)));
  if (newest !== undefined) kept.add(newest);
  const voidFiles = names.filter((name) => !kept.has(name));
  return result(
    verdict === '' ? 'whole' : 'damaged',
    verdict,
    replay,
    snapshot,
    chain,
    highestSequence,
    voidFiles,
  );
}

function result(
  verdict: Recovered['verdict'],
  reason: string,
  replay: Replay,
  snapshot: Snapshot | undefined,
  chain: readonly Link[],
  highestSequence: number,
  voidFiles: readonly string[],
): Recovered {
  const snapshotIndex = snapshot?.index ?? 0;
  const { term, votedFor, end, tornTail, lostWrite, lastIndex, lastTerm } = replay;
  const entries =
    verdict === 'whole' ? entriesBehind(replay, snapshotIndex, snapshot?.term ?? 0) : [];
  const proved = provedPart(chain, replay, highestSequence);
  return {
    verdict,
    reason,
    term,
    votedFor,
    snapshot,
    entries,
    chain: chain.map(({ header }) => header.sequence),
    end,
    lastIndex,
    lastTerm,
    proved,
    repeatFrom: proved.segments.length === 0 ? 0 : repeatFrom(replay, entries, snapshot),
    tornTail,
    lostWrite,
    voidFiles,
  };
}

/** The chain up to where the last batch begins; a segment that has no other does not count. */
function provedPart(
  chain: readonly Link[],
  replay: Replay,
  highestSequence: number,
): Recovered['proved'] {
  const last = chain[chain.length - 1];
  const kept = replay.batchAt > 0 ? chain : chain.slice(0, -1);
  if (last === undefined || kept.length === 0) {
    return { segments: [], end: 0, highestSequence, lastIndex: 0, lastTerm: 0 };
  }
  return {
    segments: kept.map(({ header: { sequence, lastIndex } }) => ({
      sequence,
      startIndex: lastIndex,
    })),
    end: replay.batchAt > 0 ? replay.batchAt : last.header.previousEnd,
    highestSequence,
    lastIndex: replay.batchLastIndex,
    lastTerm: replay.batchLastTerm,
  };
}

/** See `Recovered`. */
function repeatFrom(
  replay: Replay,
  entries: readonly Entry[],
  snapshot: Snapshot | undefined,
): number {
  const { lastIndex, lastTerm, batchEntry, batchResets } = replay;
  const snapshotIndex = snapshot?.index ?? 0;
  // The log did not go through the snapshot: it begins behind it from now on.
  const disagrees =
    entries.length === 0 && (lastIndex !== snapshotIndex || lastTerm !== (snapshot?.term ?? 0));
  if (batchResets || disagrees) return 0;
  if (batchEntry === 0) return lastIndex + 1;
  return batchEntry > snapshotIndex ? batchEntry : 0;
}

/** From the newest segment with a valid header back to where the snapshot begins; or what is wrong. */
function findChain(
  files: ReadonlyMap<string, Uint8Array>,
  highestSequence: number,
  snapshotIndex: number,
  replay: Replay,
): Link[] | string {
  let sequence = highestSequence;
  let link: Link | undefined;
  while (link === undefined && sequence > 0) {
    const bytes = files.get(segmentName(sequence));
    if (bytes !== undefined) {
      link = readHeader(bytes, sequence, bytes.length);
      if (link === undefined) {
        if (followedByBatch(bytes, 0, sequence, -1, 1)) {
          return `${segmentName(sequence)} has lost its header`;
        }
        replay.lostWrite = true;
      }
    }
    sequence--;
  }
  if (link === undefined) return [];
  const chain = [link];
  while (link.header.lastIndex > snapshotIndex) {
    const { previousSequence, previousEnd } = link.header;
    const name = segmentName(previousSequence);
    const bytes = files.get(name);
    if (previousSequence === 0 || bytes === undefined) {
      return `${name} is missing, and the log needs it`;
    }
    if (bytes.length < previousEnd) return `${name} is shorter than it was`;
    link = readHeader(bytes, previousSequence, previousEnd);
    if (link === undefined) return `${name} has lost its header`;
    chain.unshift(link);
  }
  return chain;
}

function readHeader(bytes: Uint8Array, sequence: number, limit: number): Link | undefined {
  const record = emptyRecord();
  if (!readRecord(bytes, limit, 0, sequence, record)) return undefined;
  if (record.type !== headerRecord || record.batch !== 1) return undefined;
  const header = decodeHeader(bytes, record.payloadAt);
  if (header.sequence !== sequence) return undefined;
  // Before its first batch is whole a segment is no part of the log.
  return batchEnd(bytes, limit, 0, sequence, record.salt, 1) > 0
    ? { header, bytes, limit }
    : undefined;
}

/** Where the batch that begins at `from` ends, if all of it is there; else 0. */
function batchEnd(
  bytes: Uint8Array,
  limit: number,
  from: number,
  sequence: number,
  salt: number,
  batch: number,
): number {
  const record = emptyRecord();
  let at = from;
  while (readRecord(bytes, limit, at, sequence, record)) {
    if (record.salt !== salt || record.batch !== batch) return 0;
    if (record.endsBatch) return record.next;
    at = record.next;
  }
  return 0;
}

/** Plays the segments in order; gives what is wrong, or nothing. */
function replayChain(chain: readonly Link[], replay: Replay): string {
  replay.baseIndex = chain[0]!.header.lastIndex;
  replay.baseTerm = chain[0]!.header.lastTerm;
  for (let i = 0; i < chain.length; i++) {
    const wrong = replaySegment(chain[i]!, i === chain.length - 1, replay);
    if (wrong !== '') return wrong;
  }
  return '';
}

function replaySegment(link: Link, last: boolean, replay: Replay): string {
  const { bytes, header, limit } = link;
  const name = segmentName(header.sequence);
  if (header.lastIndex !== replay.lastIndex) return `${name} does not continue the log`;
  replay.begin(header);
  const record = emptyRecord();
  readRecord(bytes, limit, 0, header.sequence, record);
  const { salt } = record;
  let at = 0;
  let batch = 1;
  for (;;) {
    const end = batchEnd(bytes, limit, at, header.sequence, salt, batch);
    if (end === 0) break;
    replay.beginBatch(at);
    while (at < end) {
      // `batchEnd` has found its checksum right.
      readRecord(bytes, limit, at, header.sequence, record, false);
      if (!replay.take(bytes, record)) return `${name} has a gap at ${at}`;
      at = record.next;
    }
    batch++;
  }
  if (!last) return at === limit ? '' : `${name} is damaged at ${at}`;
  if (followedByBatch(bytes, at, header.sequence, salt, batch))
    return `${name} is damaged at ${at}`;
  replay.end = at;
  if (at < bytes.length) noteTail(bytes, at, header.sequence, salt, replay);
  return '';
}

/** Tells what a crash left behind the last whole batch. */
function noteTail(
  bytes: Uint8Array,
  from: number,
  sequence: number,
  salt: number,
  replay: Replay,
): void {
  let zeros = true;
  for (let at = from; at < bytes.length && zeros; at++) zeros = bytes[at] === 0;
  if (zeros || followedByBatch(bytes, from, sequence, salt, 0)) replay.lostWrite = true;
  if (!zeros) replay.tornTail = true;
}

/**
 * Whether behind `from` a valid record of a batch after `batch` is found: that batch was written
 * only once everything before it was durable.
 * @param salt the segment's, or -1 when that is not known
 */
function followedByBatch(
  bytes: Uint8Array,
  from: number,
  sequence: number,
  salt: number,
  batch: number,
): boolean {
  const record = emptyRecord();
  for (let at = from; at < bytes.length; at += 8) {
    if (!readRecord(bytes, bytes.length, at, sequence, record)) continue;
    if ((salt < 0 || record.salt === salt) && record.batch > batch) return true;
  }
  return false;
}

/** The log must reach the snapshot without a gap. */
function joinSnapshot(replay: Replay, snapshot: Snapshot | undefined): string {
  return replay.baseIndex > (snapshot?.index ?? 0)
    ? `the log begins behind ${replay.baseIndex}, the snapshot that covers this is missing`
    : '';
}

/** Entries behind the snapshot; none when the log does not go through it. */
function entriesBehind(replay: Replay, index: number, term: number): readonly Entry[] {
  const { baseIndex, entries } = replay;
  if (replay.lastIndex <= index) return [];
  const termThere = index === baseIndex ? replay.baseTerm : entries[index - 1 - baseIndex]!.term;
  return termThere === term ? entries.slice(index - baseIndex) : [];
}
