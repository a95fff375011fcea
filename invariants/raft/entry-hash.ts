import { hashBytes, hashString, mix } from '../../src/index.ts';
import type { Entry } from '../../src/systems/raft/types.ts';

const kindHashes = new Map<string, number>();

/** Hash of what an entry says: its term, index, kind and data, wherever the entry was found. */
export function entryHash({ term, index, kind, data }: Entry): number {
  let kindHash = kindHashes.get(kind);
  if (kindHash === undefined) {
    kindHash = hashString(kind);
    kindHashes.set(kind, kindHash);
  }
  return mix(mix(term, index), mix(kindHash, hashBytes(data)));
}
