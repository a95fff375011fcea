import type { Chunk } from '../../src/systems/storage/metadata/rows.ts';
import type { MetadataState } from '../../src/systems/storage/metadata/state.ts';
import { neededParts } from '../../src/systems/storage/placement/storage-class.ts';
import type { LeaderReader } from './moment.ts';

/** Whether a member of a chunk has its part, by what a leader knows of servers and damage. */
export function isThere({ servers, bad }: LeaderReader, chunk: number, server: number): boolean {
  const isDead = servers.all.get(server)?.dead ?? false;
  return server !== 0 && !isDead && !bad.isBad(chunk, server);
}

/** How many parts of a chunk may be lost still, by what a leader knows of servers and damage. */
export function marginOf(
  state: MetadataState,
  leader: LeaderReader,
  chunk: number,
  row: Chunk,
): number {
  const intact = row.members.filter((server) => isThere(leader, chunk, server));
  return intact.length - neededParts(state.classes.get(row.classId)!.redundancy);
}

/** Who gives the bytes: the server that has the part, or the first that it can be made of. */
export function giversOf(
  state: MetadataState,
  leader: LeaderReader,
  chunk: number,
  { members, classId }: Chunk,
  position: number,
): readonly number[] {
  const here = members[position] ?? 0;
  if (isThere(leader, chunk, here)) return [here];
  const all = members.filter((server) => isThere(leader, chunk, server));
  return all.slice(0, neededParts(state.classes.get(classId)!.redundancy));
}
