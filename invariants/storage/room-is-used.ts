import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { fragmentBytes } from '../../src/systems/storage/metadata/chunk-life.ts';
import type { CommandOf } from '../../src/systems/storage/metadata/command.ts';
import { writtenClass } from '../../src/systems/storage/metadata/write-leases.ts';
import { totalParts } from '../../src/systems/storage/placement/storage-class.ts';
import { mostMore } from './caps.ts';
import type { StorageMoment } from './moment.ts';
import { Proposals } from './proposals.ts';
import { sitesOf, takers } from './room.ts';

/** Servers with room for a grant when the leader found none. */
type Able = readonly number[];

export const roomIsUsed = rung<StorageMoment, Proposals<Able>>({
  id: 'SF10',
  title: 'room is used',
  statement:
    'No write is refused for want of places while servers that have worked for a while, and are at most half full, would keep all caps of its class.',
  source: 'MooseNG: MAX_EC_PARTS = 8 beside a class 16+4; storage.md, section 1, NG8',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['chain', 'moves'],
  ghost: () => new Proposals(),
  check(moment, proposals): Outcome {
    const { node, timeUs, facts, isChain, placeless } = moment;
    let outcome: Outcome = premiseFalse;
    if (isChain) {
      for (const [{ envelope, reply }, able] of proposals.committed(facts.oracle, timeUs)) {
        const command = envelope?.command;
        if (command?.kind !== 'grant-write') continue;
        if (reply?.kind === 'grant') outcome = held;
        if (able === undefined || reply?.kind !== 'error' || reply.errno !== 'ENOSPC') continue;
        const { inode, index: chunkIndex } = command;
        return broken({ nodes: [node], values: { inode, chunkIndex, able } });
      }
    }
    for (const { term, index, command } of placeless) {
      if (!proposals.isSettled(term, timeUs, facts.timings)) continue;
      const able = placesFor(moment, command);
      if (able !== undefined) proposals.note(term, index, able);
    }
    return outcome;
  },
});

/** Servers that any leader knows to work, if a chunk has lawful places on them; else undefined. */
function placesFor(
  { facts, metadata, timeUs }: StorageMoment,
  { inode, index }: CommandOf<'grant-write'>,
): Able | undefined {
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
