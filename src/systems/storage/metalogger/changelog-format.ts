import { ByteReader, ByteWriter } from '../../common/bytes.ts';
import { crcBytes, crcEnd, crcStart } from '../../common/crc32c.ts';
import type { Entry, EntryKind } from '../../raft/index.ts';

/** All files of a metalogger lie here. */
export const changelogDirectory = 'metalogger';

const kinds: readonly EntryKind[] = ['command', 'noop', 'configuration'];
const logPrefix = 'log-';
const statePrefix = 'state-';
/** Length and checksum before each record. */
const headBytes = 8;
const writer: ByteWriter = new ByteWriter();

/** Name of the segment whose first record may be of this index. */
export function segmentName(index: number): string {
  return `${changelogDirectory}/${logPrefix}${index}`;
}

/** Name of the saved tables as they are after this index. */
export function stateName(index: number): string {
  return `${changelogDirectory}/${statePrefix}${index}`;
}

/** The index in the name of a segment, with or without its directory; undefined: it is none. */
export function segmentIndex(name: string): number | undefined {
  return indexIn(name, logPrefix);
}

/** The same of saved tables. */
export function stateIndex(name: string): number | undefined {
  return indexIn(name, statePrefix);
}

function indexIn(name: string, prefix: string): number | undefined {
  const start = `${changelogDirectory}/`;
  const own = name.startsWith(start) ? name.slice(start.length) : name;
  const digits = own.startsWith(prefix) ? own.slice(prefix.length) : '';
  return /^[0-9]{1,16}$/.test(digits) ? Number(digits) : undefined;
}

function crc32c(bytes: Uint8Array): number {
  return crcEnd(crcBytes(crcStart, bytes, 0, bytes.length));
}

/** Entries as records, one behind the other: length, CRC-32C, then index, term, kind and data. */
export function encodeRecords(entries: readonly Entry[]): Uint8Array {
  const bodies = entries.map(({ index, term, kind, data }) => {
    writer.length = 0;
    writer.varint(index);
    writer.varint(term);
    writer.u8(kinds.indexOf(kind));
    writer.blob(data);
    return writer.finish();
  });
  const bytes = new Uint8Array(bodies.reduce((sum, { length }) => sum + headBytes + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const body of bodies) {
    view.setUint32(at, body.length, true);
    view.setUint32(at + 4, crc32c(body), true);
    bytes.set(body, at + headBytes);
    at += headBytes + body.length;
  }
  return bytes;
}

/** The records at the beginning of a segment that are whole, and how many bytes they take. */
export function decodeRecords(bytes: Uint8Array): {
  readonly entries: readonly Entry[];
  readonly bytes: number;
} {
  const entries: Entry[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + headBytes <= bytes.length) {
    const length = view.getUint32(at, true);
    const end = at + headBytes + length;
    if (end > bytes.length) break;
    const body = bytes.subarray(at + headBytes, end);
    const entry = crc32c(body) === view.getUint32(at + 4, true) ? decodeBody(body) : null;
    if (entry === null) break;
    entries.push(entry);
    at = end;
  }
  return { entries, bytes: at };
}

function decodeBody(body: Uint8Array): Entry | null {
  try {
    const reader = new ByteReader(body);
    const index = reader.varint();
    const term = reader.varint();
    const kind = kinds[reader.u8()];
    const data = reader.blob();
    reader.close();
    return kind === undefined ? null : { index, term, kind, data };
  } catch (error) {
    // A checksum may match by chance.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Saved tables with their checksum before them. */
export function encodeState(saved: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(saved.length + 4);
  new DataView(bytes.buffer).setUint32(0, crc32c(saved), true);
  bytes.set(saved, 4);
  return bytes;
}

/** Null: the bytes are not what was written. */
export function decodeState(bytes: Uint8Array): Uint8Array | null {
  if (bytes.length < 4) return null;
  const saved = bytes.subarray(4);
  const crc = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  return crc32c(saved) === crc ? saved : null;
}
