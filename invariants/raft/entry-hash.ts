import { hashBytes, hashString, mix } from '../../src/index.ts';
import { getInteger } from '../../src/systems/common/bytes.ts';
import type { Entry, EntryKind } from '../../src/systems/raft/types.ts';

/** By the number of the kind in a record of the log. */
const kinds: readonly EntryKind[] = ['command', 'noop', 'configuration'];

/** Hash of what an entry says: its term, index, kind and data, wherever the entry was found. */
export function entryHash({ term, index, kind, data }: Entry): number {
  const number = kinds.indexOf(kind);
  const named = nameHash(term, index, number < 0 ? hashString(kind) % unknownKinds : number);
  return mix(named, hashBytes(data));
}

/** Numbers for kinds that there are not: a system may name anything. */
const unknownKinds = 0x4000_0000;

function nameHash(term: number, index: number, kind: number): number {
  return mix(term, index * 4 + kind);
}

/** What an entry record holds before the data: kind in one byte, term and index in eight each. */
const fixedBytes = 17;

/** An entry as it stands in a record of the log; filled by `readEntryAt`. */
export interface WrittenEntry {
  term: number;
  index: number;
  /** As `entryHash` gives it. */
  hash: number;
}

/** Reads the payload of an entry record in place: a copy of all that is promised would cost more. */
export function readEntryAt(
  bytes: Uint8Array,
  payloadAt: number,
  payloadBytes: number,
  into: WrittenEntry,
): void {
  const term = getInteger(bytes, payloadAt + 1);
  const index = getInteger(bytes, payloadAt + 9);
  const number = bytes[payloadAt] as number;
  const data = hashBytes(bytes, payloadAt + fixedBytes, payloadAt + payloadBytes);
  into.term = term;
  into.index = index;
  // As recovery reads a number that stands for nothing.
  into.hash = mix(nameHash(term, index, number < kinds.length ? number : 0), data);
}
