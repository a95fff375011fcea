import { hashBytes, hashString, mix } from '../../src/index.ts';
import { getInteger } from '../../src/systems/raft/bytes.ts';
import type { Entry, EntryKind } from '../../src/systems/raft/types.ts';

/** By the number of the kind in a record of the log. */
const kinds: readonly EntryKind[] = ['command', 'noop', 'configuration'];
const kindHashes: ReadonlyMap<string, number> = new Map(
  kinds.map((kind) => [kind, hashString(kind)]),
);
const hashesByNumber: readonly number[] = kinds.map((kind) => hashString(kind));

/** Hash of what an entry says: its term, index, kind and data, wherever the entry was found. */
export function entryHash({ term, index, kind, data }: Entry): number {
  return join(term, index, kindHashes.get(kind) ?? hashString(kind), data, 0, data.length);
}

function join(
  term: number,
  index: number,
  kindHash: number,
  bytes: Uint8Array,
  from: number,
  to: number,
): number {
  return mix(mix(term, index), mix(kindHash, hashBytes(bytes, from, to)));
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
  const kindHash = hashesByNumber[bytes[payloadAt] as number] ?? (hashesByNumber[0] as number);
  into.term = term;
  into.index = index;
  into.hash = join(term, index, kindHash, bytes, payloadAt + fixedBytes, payloadAt + payloadBytes);
}
