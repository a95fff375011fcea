import type { Chunk } from '../metadata/rows.ts';
import { neededParts } from '../placement/storage-class.ts';
import type { BadFragments } from './bad-fragments.ts';
import type { ChunkWork } from './write-grants.ts';

/** How a chunk stands, in the opinion of the leader. */
export interface Standing {
  /** Parts that can be read now: their servers live, and nobody has found fault with them. */
  readonly intact: number;
  /** `intact` less what it takes to read the chunk. Below 0 it cannot be read. */
  readonly margin: number;
  /** The loss of any one region leaves enough to read it. */
  readonly survivesRegion: boolean;
  /** Positions that have to be made anew: empty, bad, or on a server that is lost. */
  readonly missing: readonly number[];
  /** Positions on servers that are being emptied. */
  readonly leaving: readonly number[];
  /** Servers that can give a part, by position; 0 where none can. */
  readonly sources: readonly number[];
}

/**
 * Looks at all parts of a chunk. A part on a server that is silent is not intact at once, but counts
 * as missing only after a grace, or when no other part may be lost. A part on a server that is being
 * emptied can be read, and will not be there for long.
 */
export function standingOf(
  { lead, servers }: ChunkWork,
  bad: BadFragments,
  chunk: number,
  row: Readonly<Chunk>,
): Standing {
  const { state, timings } = lead;
  const missing: number[] = [];
  const silent: number[] = [];
  const leaving: number[] = [];
  const sources = row.members.map((server, position) => {
    if (server === 0 || bad.isBad(chunk, server)) {
      missing.push(position);
      return 0;
    }
    if (!servers.isAlive(server)) {
      const isLost = servers.deadForUs(server) >= timings.downGraceUs;
      (isLost ? missing : silent).push(position);
      return 0;
    }
    if (state.servers.get(server)!.state === 'draining') leaving.push(position);
    return server;
  });
  const needed = neededParts(state.classes.get(row.classId)!.redundancy);
  const intact = sources.reduce((count, server) => count + (server === 0 ? 0 : 1), 0);
  if (intact <= needed) missing.push(...silent);
  const inRegion: Map<number, number> = new Map();
  for (const server of sources) {
    const region = state.servers.get(server)?.region;
    if (region !== undefined) inRegion.set(region, (inRegion.get(region) ?? 0) + 1);
  }
  const survivesRegion = [...inRegion.values()].every((parts) => intact - parts >= needed);
  const margin = intact - needed;
  missing.sort((a, b) => a - b);
  return { intact, margin, survivesRegion, missing, leaving, sources };
}
