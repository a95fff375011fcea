/**
 * The manifest of a batch of the write-ahead log: what the batch promises, but for the payload of
 * its entries, a second time and under a checksum of its own. It tells what was lost when a record
 * before it fails its checksum. (Alagappan et al., Protocol-Aware Recovery for Consensus-Based
 * Storage, FAST 2018: identifiers of entries are kept apart from the entries.)
 *
 * Payload: flags (1: the batch begins with a header; 2: it resets the log), term, vote, first index
 * and number of entries; with flag 1 what the header says beside term and vote, with flag 2 index
 * and term of the reset; then term and checksum of each entry.
 */
import { getInteger, getU32, putInteger, putU32 } from '../common/bytes.ts';
import { crcBytes, crcEnd, crcStart, crcWord } from '../common/crc32c.ts';
import type { Entry, Member } from './types.ts';

/** How a segment continues the chain. */
export interface ChainLink {
  readonly previousSequence: number;
  readonly previousEnd: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
}

export interface Manifest {
  readonly term: number;
  readonly votedFor: Member;
  /** Of a segment's first batch. */
  readonly header: ChainLink | undefined;
  /** The last entry that the snapshot covers behind which the log begins anew. */
  readonly reset: { readonly index: number; readonly term: number } | undefined;
  /** Index of the first entry of the batch; 0 when it has none. */
  readonly firstIndex: number;
  /** Of each entry, in order. */
  readonly terms: readonly number[];
  readonly checksums: readonly number[];
}

const fixedBytes = 28;
const headerBytes = 24;
const resetBytes = 16;
const identityBytes = 12;

/** The payload of a manifest has at least so many bytes. */
export const leastManifestBytes: number = fixedBytes;

/** Bytes of a manifest's payload. */
export function manifestBytes(entries: number, withHeader: boolean, withReset: boolean): number {
  const links = (withHeader ? headerBytes : 0) + (withReset ? resetBytes : 0);
  return fixedBytes + links + entries * identityBytes;
}

const kinds: readonly Entry['kind'][] = ['command', 'noop', 'configuration'];

/** What an entry's payload is known by, beside index and term. */
export function entryChecksum({ kind, data }: Entry): number {
  return crcEnd(crcBytes(crcWord(crcStart, kinds.indexOf(kind)), data, 0, data.length));
}

export function putManifest(bytes: Uint8Array, at: number, manifest: Manifest): void {
  const { header, reset, terms, checksums } = manifest;
  putU32(bytes, at, (header === undefined ? 0 : 1) | (reset === undefined ? 0 : 2));
  putInteger(bytes, at + 4, manifest.term);
  putU32(bytes, at + 12, manifest.votedFor);
  putInteger(bytes, at + 16, manifest.firstIndex);
  putU32(bytes, at + 24, terms.length);
  let next = at + fixedBytes;
  if (header !== undefined) {
    putU32(bytes, next, header.previousSequence);
    putU32(bytes, next + 4, header.previousEnd);
    putInteger(bytes, next + 8, header.lastIndex);
    putInteger(bytes, next + 16, header.lastTerm);
    next += headerBytes;
  }
  if (reset !== undefined) {
    putInteger(bytes, next, reset.index);
    putInteger(bytes, next + 8, reset.term);
    next += resetBytes;
  }
  for (let i = 0; i < terms.length; i++) {
    putInteger(bytes, next, terms[i]!);
    putU32(bytes, next + 8, checksums[i]!);
    next += identityBytes;
  }
}

/** Reads the payload of a manifest whose checksum was right. */
export function decodeManifest(bytes: Uint8Array, at: number): Manifest {
  const flags = getU32(bytes, at);
  const count = getU32(bytes, at + 24);
  let next = at + fixedBytes;
  let header: ChainLink | undefined;
  if ((flags & 1) !== 0) {
    header = {
      previousSequence: getU32(bytes, next),
      previousEnd: getU32(bytes, next + 4),
      lastIndex: getInteger(bytes, next + 8),
      lastTerm: getInteger(bytes, next + 16),
    };
    next += headerBytes;
  }
  let reset: Manifest['reset'];
  if ((flags & 2) !== 0) {
    reset = { index: getInteger(bytes, next), term: getInteger(bytes, next + 8) };
    next += resetBytes;
  }
  const terms: number[] = [];
  const checksums: number[] = [];
  for (let i = 0; i < count; i++) {
    terms.push(getInteger(bytes, next));
    checksums.push(getU32(bytes, next + 8));
    next += identityBytes;
  }
  return {
    term: getInteger(bytes, at + 4),
    votedFor: getU32(bytes, at + 12),
    header,
    reset,
    firstIndex: getInteger(bytes, at + 16),
    terms,
    checksums,
  };
}
