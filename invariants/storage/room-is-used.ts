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

/** What a chunkserver has on its disk, and had when something was last erased. */
interface Room {
  usedBytes: number;
  mostBefore: number;
  erasedUs: number;
}

interface Ghost {
  readonly proposals: Proposals<Able>;
  readonly rooms: Map<number, Room>;
}

export const roomIsUsed = rung<StorageMoment, Ghost>({
  id: 'SF10',
  title: 'room is used',
  statement:
    'No write is refused for want of places while servers that have worked for a while, and have been at most half full for as long as a beat takes, have room for a part and would keep all caps of its class.',
  source: 'MooseNG: MAX_EC_PARTS = 8 beside a class 16+4; storage.md, section 1, NG8',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['chain', 'moves', 'fragments'],
  ghost: () => ({ proposals: new Proposals(), rooms: new Map() }),
  check(moment, { proposals, rooms }): Outcome {
    const { node, timeUs, facts, isChain, placeless } = moment;
    if (facts.servers[node] !== undefined) {
      noteRoom(moment, rooms);
      return premiseFalse;
    }
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
      const able = placesFor(moment, command, rooms);
      if (able !== undefined) proposals.note(term, index, able);
    }
    return outcome;
  },
});

/** A leader learns by beats what a server has, and that some of it is gone. */
function beatUs({ timings }: StorageMoment['facts']): number {
  return timings.serverLeaseUs / 2;
}

/** Follows a chunkserver on which something has just become durable. */
function noteRoom({ node, facts, timeUs }: StorageMoment, rooms: Ghost['rooms']): void {
  const { usedBytes } = facts.servers[node]!.table;
  const room = rooms.get(node);
  if (room === undefined) {
    rooms.set(node, { usedBytes, mostBefore: 0, erasedUs: 0 });
    return;
  }
  if (usedBytes < room.usedBytes) {
    const isRecent = timeUs - room.erasedUs < beatUs(facts);
    room.mostBefore = isRecent ? Math.max(room.mostBefore, room.usedBytes) : room.usedBytes;
    room.erasedUs = timeUs;
  }
  room.usedBytes = usedBytes;
}

/** Servers that any leader knows to work, if a chunk has lawful places on them; else undefined. */
function placesFor(
  { facts, metadata, timeUs }: StorageMoment,
  { inode, index }: CommandOf<'grant-write'>,
  rooms: Ghost['rooms'],
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
    const node = server - 1;
    const { usedBytes, capacityBytes } = state.servers.get(server)!;
    const room = rooms.get(node);
    const isNews = room !== undefined && timeUs - room.erasedUs < beatUs(facts);
    const known = isNews ? room.mostBefore : 0;
    const used = Math.max(usedBytes, facts.servers[node]!.table.usedBytes, known);
    const isRoomy = used <= capacityBytes / 2 && used + bytes <= capacityBytes;
    return isRoomy && facts.steady.has(facts, server, timeUs);
  });
  const most = mostMore(storageClass.caps, [], sitesOf(state, able));
  return most >= totalParts(storageClass.redundancy) ? able : undefined;
}
