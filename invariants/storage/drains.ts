import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { fragmentBytes } from '../../src/systems/storage/metadata/chunk-life.ts';
import type { Chunk } from '../../src/systems/storage/metadata/rows.ts';
import type { MetadataState } from '../../src/systems/storage/metadata/state.ts';
import { mostMore } from './caps.ts';
import { LastWritten } from './last-written.ts';
import type { StorageMoment } from './moment.ts';
import { recoveryUs } from './recovers.ts';
import { sitesOf, takers } from './room.ts';

interface Ghost {
  /** Since when each server is to be emptied. */
  readonly since: Map<number, number>;
  readonly lastWritten: LastWritten;
}

export const drainsEnd = rung<StorageMoment, Ghost>({
  id: 'SH5',
  title: 'drains end',
  statement:
    'A while after a server is to be emptied, and everything works, it holds no part that another place could take.',
  source: 'seaweedfs#7956; MooseFS NEWS 3.0.54: marked for removal; minio, pool decommission',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['chain', 'end'],
  ghost: () => ({ since: new Map(), lastWritten: new LastWritten() }),
  check({ facts, timeUs, isChain }, { since, lastWritten }): Outcome {
    const { state, touched } = facts.oracle;
    if (isChain) {
      lastWritten.follow(facts.oracle, timeUs);
      for (const { table, key } of touched.values()) {
        if (table !== 'servers') continue;
        const server = key as number;
        if (state.servers.get(server)?.state !== 'draining') since.delete(server);
        else if (!since.has(server)) since.set(server, timeUs);
      }
      return premiseFalse;
    }
    if (facts.options.anyNumber === true) return premiseFalse;
    const dueUs = recoveryUs(facts);
    let outcome: Outcome = premiseFalse;
    for (const [server, fromUs] of since) {
      if (timeUs - Math.max(fromUs, facts.healedUs) < dueUs) continue;
      const isOld = (one: number) => timeUs - lastWritten.atUs(one) >= dueUs;
      const chunk = heldStill(state, server, isOld);
      if (chunk !== undefined) {
        const { members, version } = state.chunks.get(chunk)!;
        return broken({ nodes: [server - 1], values: { server, chunk, version, members, dueUs } });
      }
      outcome = held;
    }
    return outcome;
  },
});

/** A chunk at rest with a part on the server for which there is a lawful place elsewhere. */
function heldStill(
  state: MetadataState,
  server: number,
  isOld: (chunk: number) => boolean,
): number | undefined {
  for (const chunk of state.chunks.keys()) {
    const row = state.chunks.get(chunk)!;
    const isAtRest = row.version > 0 && row.grant === null && row.conversion === null;
    if (!isAtRest || row.unsettled || !row.members.includes(server) || !isOld(chunk)) continue;
    if (canMove(state, row, server)) return chunk;
  }
  return undefined;
}

/** Whether all parts of a chunk have lawful places elsewhere than on a server. */
function canMove(state: MetadataState, { classId, members }: Chunk, server: number): boolean {
  const storageClass = state.classes.get(classId)!;
  const staying = members.filter((member) => member !== 0 && member !== server);
  const able = takers(state, state.servers.keys(), fragmentBytes(state, storageClass));
  const others = able.filter((one) => !members.includes(one));
  const most = mostMore(storageClass.caps, sitesOf(state, staying), sitesOf(state, others));
  return most >= members.length - staying.length;
}
