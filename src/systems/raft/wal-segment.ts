import type { Entry } from './types.ts';
import {
  decodeEntry,
  decodeHeader,
  emptyRecord,
  entryRecord,
  headerRecord,
  manifestRecord,
  readRecord,
  recordBytes,
  resetRecord,
  type SegmentHeader,
  segmentName,
  walVersion,
} from './wal-format.ts';
import { decodeManifest, type Manifest, manifestBytes } from './wal-manifest.ts';
import type { Replay } from './wal-replay.ts';

/** A segment of the chain as it was read. */
export interface Link {
  readonly header: SegmentHeader;
  readonly bytes: Uint8Array;
  /** Bytes that count; for the last segment the length of the file. */
  readonly limit: number;
  readonly salt: number;
}

/**
 * The header of a segment, from its record or from the manifest of its first batch. Undefined when
 * the segment is no part of the log, because its first batch was never promised, or when neither
 * can be read.
 * @param promised the whole of it was promised: a later segment names it
 */
export function readHeader(
  bytes: Uint8Array,
  sequence: number,
  limit: number,
  promised: boolean,
): Link | undefined {
  const record = emptyRecord();
  const isThere =
    readRecord(bytes, limit, 0, sequence, record) &&
    record.type === headerRecord &&
    record.batch === 1;
  if (isThere) {
    const header = decodeHeader(bytes, record.payloadAt);
    const { salt } = record;
    if (header.sequence !== sequence) return undefined;
    // Before its first batch is whole a segment is no part of the log.
    const counts =
      promised ||
      batchEnd(bytes, limit, 0, sequence, salt, 1) > 0 ||
      followedByBatch(bytes, 0, sequence, salt, 1);
    return counts ? { header, bytes, limit, salt } : undefined;
  }
  if (!promised && !followedByBatch(bytes, 0, sequence, -1, 1)) return undefined;
  for (let at = 0; at < limit; at += 8) {
    if (!readRecord(bytes, limit, at, sequence, record)) continue;
    if (record.type !== manifestRecord || record.batch !== 1) continue;
    const { header, term, votedFor } = decodeManifest(bytes, record.payloadAt);
    if (header === undefined) return undefined;
    const whole = { version: walVersion, sequence, term, votedFor, ...header };
    return { header: whole, bytes, limit, salt: record.salt };
  }
  return undefined;
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

/** Plays the segments in order; gives what is wrong beyond mending, or nothing. */
export function replayChain(chain: readonly Link[], replay: Replay): string {
  replay.baseIndex = chain[0]!.header.lastIndex;
  replay.baseTerm = chain[0]!.header.lastTerm;
  for (let i = 0; i < chain.length; i++) {
    const wrong = replaySegment(chain[i]!, i === chain.length - 1, replay);
    if (wrong !== '') return wrong;
  }
  return '';
}

function replaySegment(link: Link, last: boolean, replay: Replay): string {
  const { bytes, header, limit, salt } = link;
  const { sequence } = header;
  const name = segmentName(sequence);
  if (header.lastIndex !== replay.lastIndex) return `${name} does not continue the log`;
  replay.begin(header);
  const record = emptyRecord();
  let at = 0;
  for (let batch = 1; ; batch++) {
    let end = batchEnd(bytes, limit, at, sequence, salt, batch);
    if (end === 0) {
      const promised = last ? followedByBatch(bytes, at, sequence, salt, batch) : at < limit;
      if (!promised) break;
      end = mendBatch(link, at, batch, replay);
      if (end === 0) return `${name} is damaged at ${at}`;
      at = end;
      continue;
    }
    replay.beginBatch(at);
    while (at < end) {
      // `batchEnd` has found its checksum right.
      readRecord(bytes, limit, at, sequence, record, false);
      if (!replay.take(bytes, record)) return `${name} has a gap at ${at}`;
      at = record.next;
    }
  }
  if (!last) return '';
  replay.end = at;
  if (at < bytes.length) noteTail(bytes, at, sequence, salt, replay);
  return '';
}

/** The records of a damaged batch that are whole. */
interface Remains {
  readonly entries: Map<number, Entry>;
  manifest: Manifest | undefined;
  /** Where the batch ends, 0 when that is not known. */
  end: number;
}

/**
 * Plays a batch that was promised and has lost records. Gives where it ends, or 0 when neither a
 * record nor the manifest tells what it held.
 */
function mendBatch(link: Link, from: number, batch: number, replay: Replay): number {
  replay.damaged = true;
  replay.beginBatch(from);
  const remains = readRemains(link, from, batch, replay);
  if (remains.manifest === undefined) return remains.end;
  return replay.mend(remains.manifest, remains.entries) ? remains.end : 0;
}

/** Without a manifest the records must be all but the manifest; then they are played as well. */
function readRemains(link: Link, from: number, batch: number, replay: Replay): Remains {
  const { bytes, limit, header, salt } = link;
  const record = emptyRecord();
  const remains: Remains = { entries: new Map(), manifest: undefined, end: 0 };
  const intact: number[] = [];
  let contiguous = from;
  let [heads, resets] = [0, 0];
  let at = from;
  while (at < limit) {
    if (!readRecord(bytes, limit, at, header.sequence, record) || record.salt !== salt) {
      at += 8;
      continue;
    }
    if (record.batch !== batch) break;
    if (at === contiguous) contiguous = record.next;
    intact.push(at);
    if (record.type === manifestRecord) {
      remains.manifest = decodeManifest(bytes, record.payloadAt);
      remains.end = record.next;
      return remains;
    }
    if (record.type === headerRecord) heads++;
    else if (record.type === resetRecord) resets++;
    else if (record.type === entryRecord) {
      const entry = decodeEntry(bytes, record.payloadAt, record.payloadBytes);
      remains.entries.set(entry.index, entry);
    }
    at = record.next;
  }
  const missing = recordBytes(manifestBytes(remains.entries.size, heads > 0, resets > 0));
  if (contiguous + missing !== at || (batch === 1 && heads === 0)) return remains;
  for (const place of intact) {
    readRecord(bytes, limit, place, header.sequence, record);
    if (!replay.take(bytes, record)) return remains;
  }
  remains.end = at;
  return remains;
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
export function followedByBatch(
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
