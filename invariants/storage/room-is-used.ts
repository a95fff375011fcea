import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { fragmentBytes } from '../../src/systems/storage/metadata/chunk-life.ts';
import type { CommandOf } from '../../src/systems/storage/metadata/command.ts';
import { writtenClass } from '../../src/systems/storage/metadata/write-leases.ts';
import { totalParts } from '../../src/systems/storage/placement/storage-class.ts';
import { mostMore } from './caps.ts';
import type { StorageMoment } from './moment.ts';
import { sitesOf, takers } from './room.ts';

interface Proposals {
  /** Servers with room for a grant when the leader found none, by term and index of its entry. */
  readonly places: Map<string, readonly number[]>;
  /** Since when entries of this term are committed. */
  term: number;
  sinceUs: number;
}

export const roomIsUsed = rung<StorageMoment, Proposals>({
  id: 'SF10',
  title: 'room is used',
  statement:
    'No write is refused for want of places while servers that have worked for a while, and are at most half full, would keep all caps of its class.',
  source: 'MooseNG: MAX_EC_PARTS = 8 beside a class 16+4; storage.md, section 1, NG8',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['chain', 'moves'],
  ghost: () => ({ places: new Map(), term: 0, sinceUs: 0 }),
  check(moment, seen): Outcome {
    const { node, timeUs, facts, isChain, placeless } = moment;
    let outcome: Outcome = premiseFalse;
    if (isChain) {
      const { oracle } = facts;
      for (let index = oracle.freshFrom; index <= oracle.last; index += 1) {
        const { term, envelope, reply } = oracle.at(index)!;
        if (term !== seen.term) Object.assign(seen, { term, sinceUs: timeUs });
        const key = `${term}/${index}`;
        const able = seen.places.get(key);
        seen.places.delete(key);
        const command = envelope?.command;
        if (command?.kind !== 'grant-write') continue;
        if (reply?.kind === 'grant') outcome = held;
        if (able === undefined || reply?.kind !== 'error' || reply.errno !== 'ENOSPC') continue;
        const { inode, index: chunkIndex } = command;
        return broken({ nodes: [node], values: { inode, chunkIndex, able } });
      }
    }
    // By the tables that the leader had, and the servers that it could know. Who leads since a moment
    // ago knows nothing of most of them yet.
    const isNew = timeUs - seen.sinceUs <= 2 * facts.timings.serverLeaseUs;
    for (const { term, index, command } of placeless) {
      if (isNew || term !== seen.term) continue;
      const able = placesFor(moment, command);
      if (able !== undefined) seen.places.set(`${term}/${index}`, able);
    }
    return outcome;
  },
});

/** Servers that any leader knows to work, if a chunk has lawful places on them; else undefined. */
function placesFor(
  { facts, metadata, timeUs }: StorageMoment,
  { inode, index }: CommandOf<'grant-write'>,
): readonly number[] | undefined {
  const { state } = metadata!;
  const { chunk = 0 } = state.slots.get(inode, index) ?? {};
  const row = state.chunks.get(chunk);
  // A replicated chunk stays where it is.
  const storageClass = writtenClass(state, inode, row);
  if (storageClass === undefined) return undefined;
  if (row !== undefined && storageClass.redundancy.kind === 'replicated') return undefined;
  const bytes = fragmentBytes(state, storageClass);
  const able = takers(state, state.servers.keys(), bytes).filter((server) => {
    const { usedBytes } = state.servers.get(server)!;
    const used = Math.max(usedBytes, facts.servers[server - 1]!.table.usedBytes);
    const isHalfFull = used <= facts.capacityBytes[server - 1]! / 2;
    return isHalfFull && facts.steady.has(facts, server, timeUs);
  });
  const most = mostMore(storageClass.caps, [], sitesOf(state, able));
  return most >= totalParts(storageClass.redundancy) ? able : undefined;
}
