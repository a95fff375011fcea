/**
 * The bytes of the write-ahead log. Pure functions: the node, its recovery and the rungs that read
 * what a disk has promised all use these.
 *
 * The log is a chain of segment files `wal-00000001`, `wal-00000002`, ... A file holds records, each
 * at a multiple of 8 bytes:
 *
 * | bytes | field                                                                     |
 * | ----- | ------------------------------------------------------------------------- |
 * | 4     | CRC-32C over sequence of the segment, offset of the record and all below  |
 * | 4     | length of the payload                                                     |
 * | 4     | salt of the segment, drawn when it is made                                |
 * | 4     | batch: ascends by 1 with each append to the file, from 1                  |
 * | 1     | type (`RecordType`)                                                       |
 * | 1     | 1 for the last record of its batch, else 0                                |
 * | 2     | zero                                                                      |
 * | n     | payload, then zeros up to a multiple of 8                                 |
 *
 * One batch is one append and one sync, and a batch is written only after the sync of the one before
 * has succeeded. So a valid record of batch b proves that all of the file before batch b was
 * promised; and a batch of which a record is missing was never promised and does not count at all.
 * Each file begins with a header record that names the segment before it and how much of it counts
 * (`previousEnd`): bytes behind that, and segments that no header names, are void. A valid header
 * proves that what it names was promised. A segment that names none begins with an empty log: the
 * first of all, and one that repeats the whole log because nothing before it is proved to be
 * durable. A file is never written again behind garbage: after a restart and after a failed write
 * or sync the next batch opens a new segment. After a restart that segment repeats the last batch,
 * the only one that no later byte proves (see `Startup`).
 *
 * Meaning, in the order of the chain: an `entry` record at index i takes the place of all entries
 * from i on; `hard state` replaces term and vote; `reset` empties the log, which then begins behind
 * a snapshot. A header repeats term and vote, and says where the log ended before this segment.
 *
 * Each batch ends with a `manifest`: term and vote, and of each entry of the batch index, term and
 * checksum; in a segment's first batch what the header says as well. So whatever single record rots,
 * what was promised is still known, and the payload of an entry is the only thing that is kept once
 * (see `repair.ts`). A batch of nothing but a manifest *seals* the one before: it proves that one to
 * have been promised, so that damage of it cannot pass for a write that a crash has torn.
 */
import { getInteger, getU32, ownBytes, putInteger, putU32 } from '../common/bytes.ts';
import { crcBytes, crcEnd, crcStart, crcWord } from '../common/crc32c.ts';
import type { Entry, EntryKind, Member } from './types.ts';
import {
  entryChecksum,
  leastManifestBytes,
  type Manifest,
  manifestBytes,
  putManifest,
} from './wal-manifest.ts';

export const recordHeaderBytes: number = 20;

/** 1 header, 2 hard state, 3 entry, 4 reset, 5 manifest. */
export type RecordType = 1 | 2 | 3 | 4 | 5;
export const headerRecord: RecordType = 1;
export const hardStateRecord: RecordType = 2;
export const entryRecord: RecordType = 3;
export const resetRecord: RecordType = 4;
export const manifestRecord: RecordType = 5;

/** First record of a segment. */
export interface SegmentHeader {
  readonly version: number;
  readonly sequence: number;
  /** Sequence of the segment that this one continues; 0 for the first. */
  readonly previousSequence: number;
  /** How many bytes of that segment count. */
  readonly previousEnd: number;
  readonly term: number;
  readonly votedFor: Member;
  /** End of the log before this segment's records. */
  readonly lastIndex: number;
  readonly lastTerm: number;
}

export const walVersion: number = 2;
const headerPayloadBytes = 44;
const hardStatePayloadBytes = 12;
const entryFixedBytes = 17;
const resetPayloadBytes = 16;

const entryKinds: readonly EntryKind[] = ['command', 'noop', 'configuration'];

/** A record that was found; filled by `readRecord`. Offsets are in the file. */
export interface WalRecord {
  type: RecordType;
  salt: number;
  batch: number;
  endsBatch: boolean;
  /** Where the record begins, where its payload does, where the next record does. */
  at: number;
  payloadAt: number;
  payloadBytes: number;
  next: number;
}

export function emptyRecord(): WalRecord {
  return {
    type: headerRecord,
    salt: 0,
    batch: 0,
    endsBatch: false,
    at: 0,
    payloadAt: 0,
    payloadBytes: 0,
    next: 0,
  };
}

/** Bytes that a record with such a payload takes. */
export function recordBytes(payloadBytes: number): number {
  return (recordHeaderBytes + payloadBytes + 7) & ~7;
}

function recordCrc(bytes: Uint8Array, at: number, next: number, sequence: number, offset: number) {
  const start = crcWord(crcWord(crcStart, sequence), offset);
  return crcEnd(crcBytes(start, bytes, at + 4, next));
}

/**
 * Reads the record at `at`. False when no valid one is there: the file ends, or some of its bytes
 * are not what was written. Does not look at what stands behind.
 * @param end how many bytes of the file count
 * @param checked false when its checksum was found right before
 */
export function readRecord(
  bytes: Uint8Array,
  end: number,
  at: number,
  sequence: number,
  into: WalRecord,
  checked: boolean = true,
): boolean {
  if (at + recordHeaderBytes > end) return false;
  const type = bytes[at + 16]!;
  const flags = bytes[at + 17]!;
  if (type < 1 || type > 5 || flags > 1 || bytes[at + 18] !== 0 || bytes[at + 19] !== 0)
    return false;
  const payloadBytes = getU32(bytes, at + 4);
  if (payloadBytes > end - at - recordHeaderBytes || !payloadFits(type, payloadBytes)) return false;
  const next = at + recordBytes(payloadBytes);
  if (next > end) return false;
  if (checked && recordCrc(bytes, at, next, sequence, at) !== getU32(bytes, at)) return false;
  into.type = type as RecordType;
  into.salt = getU32(bytes, at + 8);
  into.batch = getU32(bytes, at + 12);
  into.endsBatch = flags === 1;
  into.at = at;
  into.payloadAt = at + recordHeaderBytes;
  into.payloadBytes = payloadBytes;
  into.next = next;
  return true;
}

function payloadFits(type: number, payloadBytes: number): boolean {
  switch (type) {
    case headerRecord:
      return payloadBytes === headerPayloadBytes;
    case hardStateRecord:
      return payloadBytes === hardStatePayloadBytes;
    case resetRecord:
      return payloadBytes === resetPayloadBytes;
    case manifestRecord:
      return payloadBytes >= leastManifestBytes;
    default:
      return payloadBytes >= entryFixedBytes;
  }
}

export function decodeHeader(bytes: Uint8Array, payloadAt: number): SegmentHeader {
  return {
    version: getU32(bytes, payloadAt),
    sequence: getU32(bytes, payloadAt + 4),
    previousSequence: getU32(bytes, payloadAt + 8),
    previousEnd: getU32(bytes, payloadAt + 12),
    term: getInteger(bytes, payloadAt + 16),
    votedFor: getU32(bytes, payloadAt + 24),
    lastIndex: getInteger(bytes, payloadAt + 28),
    lastTerm: getInteger(bytes, payloadAt + 36),
  };
}

/** Term and vote of a hard state record. */
export function decodeHardState(
  bytes: Uint8Array,
  payloadAt: number,
): { readonly term: number; readonly votedFor: Member } {
  return { term: getInteger(bytes, payloadAt), votedFor: getU32(bytes, payloadAt + 8) };
}

/** The entry of an entry record; shares nothing with `bytes`. */
export function decodeEntry(bytes: Uint8Array, payloadAt: number, payloadBytes: number): Entry {
  return {
    term: getInteger(bytes, payloadAt + 1),
    index: getInteger(bytes, payloadAt + 9),
    kind: entryKinds[bytes[payloadAt]!] ?? 'command',
    data: ownBytes(bytes, payloadAt + entryFixedBytes, payloadAt + payloadBytes),
  };
}

/** The last entry that the snapshot behind a reset record covers. */
export function decodeReset(
  bytes: Uint8Array,
  payloadAt: number,
): { readonly index: number; readonly term: number } {
  return { index: getInteger(bytes, payloadAt), term: getInteger(bytes, payloadAt + 8) };
}

/**
 * Lays out one batch of records for a segment. Reused: the bytes that `finish` gives are the
 * writer's own, so the next batch may begin only when the disk has done with them.
 */
export class BatchWriter {
  private bytes: Uint8Array = new Uint8Array(4_096);
  private length = 0;
  private lastAt = -1;
  private sequence = 0;
  private salt = 0;
  private batch = 0;
  private offset = 0;
  /** What this batch holds so far, for its manifest. */
  private headed: SegmentHeader | undefined;
  private readonly resetTo: { index: number; term: number } = { index: 0, term: 0 };
  private firstIndex = 0;
  private readonly terms: number[] = [];
  private readonly checksums: number[] = [];

  /** @param offset length of the file before this batch */
  begin(sequence: number, salt: number, batch: number, offset: number): void {
    this.sequence = sequence;
    this.salt = salt;
    this.batch = batch;
    this.offset = offset;
    this.length = 0;
    this.lastAt = -1;
    this.headed = undefined;
    this.resetTo.index = 0;
    this.resetTo.term = 0;
    this.firstIndex = 0;
    this.terms.length = 0;
    this.checksums.length = 0;
  }

  /** Bytes so far. */
  get size(): number {
    return this.length;
  }

  header(header: SegmentHeader): void {
    const at = this.open(headerRecord, headerPayloadBytes);
    this.headed = header;
    const bytes = this.bytes;
    putU32(bytes, at, header.version);
    putU32(bytes, at + 4, header.sequence);
    putU32(bytes, at + 8, header.previousSequence);
    putU32(bytes, at + 12, header.previousEnd);
    putInteger(bytes, at + 16, header.term);
    putU32(bytes, at + 24, header.votedFor);
    putInteger(bytes, at + 28, header.lastIndex);
    putInteger(bytes, at + 36, header.lastTerm);
  }

  hardState(term: number, votedFor: Member): void {
    const at = this.open(hardStateRecord, hardStatePayloadBytes);
    putInteger(this.bytes, at, term);
    putU32(this.bytes, at + 8, votedFor);
  }

  entry(entry: Entry): void {
    const at = this.open(entryRecord, entryFixedBytes + entry.data.length);
    this.bytes[at] = entryKinds.indexOf(entry.kind);
    putInteger(this.bytes, at + 1, entry.term);
    putInteger(this.bytes, at + 9, entry.index);
    this.bytes.set(entry.data, at + entryFixedBytes);
    if (this.terms.length === 0) this.firstIndex = entry.index;
    this.terms.push(entry.term);
    this.checksums.push(entryChecksum(entry));
  }

  reset(index: number, term: number): void {
    const at = this.open(resetRecord, resetPayloadBytes);
    putInteger(this.bytes, at, index);
    putInteger(this.bytes, at + 8, term);
    this.resetTo.index = index;
    this.resetTo.term = term;
  }

  /** Repeats what the batch holds: its last record. Entries of a batch are contiguous. */
  manifest(term: number, votedFor: Member): void {
    const { headed: header, resetTo, firstIndex, terms, checksums } = this;
    const reset = resetTo.index > 0 ? resetTo : undefined;
    const manifest: Manifest = { term, votedFor, header, reset, firstIndex, terms, checksums };
    const size = manifestBytes(terms.length, header !== undefined, reset !== undefined);
    const at = this.open(manifestRecord, size);
    putManifest(this.bytes, at, manifest);
  }

  /** Closes the batch. It must hold at least one record. */
  finish(): Uint8Array {
    this.seal(true);
    return this.bytes.subarray(0, this.length);
  }

  /** Starts a record, after sealing the one before; gives the place of its payload. */
  private open(type: RecordType, payloadBytes: number): number {
    if (this.lastAt >= 0) this.seal(false);
    const at = this.length;
    const next = at + recordBytes(payloadBytes);
    if (next > this.bytes.length) {
      const grown = new Uint8Array(next > this.bytes.length * 2 ? next : this.bytes.length * 2);
      grown.set(this.bytes.subarray(0, at));
      this.bytes = grown;
    }
    this.bytes.fill(0, at, next);
    putU32(this.bytes, at + 4, payloadBytes);
    putU32(this.bytes, at + 8, this.salt);
    putU32(this.bytes, at + 12, this.batch);
    this.bytes[at + 16] = type;
    this.lastAt = at;
    this.length = next;
    return at + recordHeaderBytes;
  }

  private seal(endsBatch: boolean): void {
    const at = this.lastAt;
    if (endsBatch) this.bytes[at + 17] = 1;
    const crc = recordCrc(this.bytes, at, this.length, this.sequence, this.offset + at);
    putU32(this.bytes, at, crc);
  }
}

/** Bytes that an entry takes in a segment. */
export function entryRecordBytes(entry: Entry): number {
  return recordBytes(entryFixedBytes + entry.data.length);
}

const segmentPrefix = 'wal-';

export function segmentName(sequence: number): string {
  return segmentPrefix + String(sequence).padStart(8, '0');
}

/** The sequence in a segment's name; 0 when it is no segment. */
export function segmentSequence(file: string): number {
  return numberAfter(segmentPrefix, file);
}

/** A whole number behind a prefix; 0 when the name has another form. */
export function numberAfter(prefix: string, file: string): number {
  if (!file.startsWith(prefix) || file.length === prefix.length) return 0;
  let result = 0;
  for (let i = prefix.length; i < file.length; i++) {
    const digit = file.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return 0;
    result = result * 10 + digit;
  }
  return result;
}

/**
 * Where the last batch of a segment begins. Damage before this place is proved to be damage by the
 * batches behind it; damage behind it may pass for a write that a crash has torn.
 */
export function lastBatchStart(file: string, bytes: Uint8Array): number {
  const sequence = segmentSequence(file);
  const record = emptyRecord();
  let at = 0;
  let start = 0;
  let batch = 0;
  while (readRecord(bytes, bytes.length, at, sequence, record)) {
    if (record.batch !== batch) {
      batch = record.batch;
      start = at;
    }
    at = record.next;
  }
  return start;
}
