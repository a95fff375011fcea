import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { fragmentBytes } from '../../src/systems/storage/metadata/chunk-life.ts';
import type { MetadataState } from '../../src/systems/storage/metadata/state.ts';
import { partsTooMany } from './caps.ts';
import { isThere } from './known-parts.ts';
import type { StorageMoment } from './moment.ts';
import { sitesOf } from './room.ts';

export const movesEven = rung<StorageMoment>({
  id: 'SF11',
  title: 'moves even the load',
  statement:
    'A part that is well, on a server that stays, is moved only to keep the caps of its class better, or to a server that is then no fuller than the one it leaves.',
  source: 'oxia#899: shards that go to another server and back, without end; HDFS balancer',
  kind: 'always',
  owedUnder: 'any damage',
  watches: ['moves'],
  check({ node, moves, leader, metadata }): Outcome {
    if (leader === undefined || metadata === undefined) return premiseFalse;
    const { state } = metadata;
    let outcome: Outcome = premiseFalse;
    for (const { chunk, position, to } of moves) {
      const row = state.chunks.get(chunk);
      const from = row?.members[position] ?? 0;
      if (row === undefined || state.servers.get(from)?.state !== 'up') continue;
      if (!isThere(leader, chunk, from)) continue;
      const storageClass = state.classes.get(row.classId)!;
      const { caps } = storageClass;
      const after = row.members.with(position, to);
      const beyond = partsTooMany(caps, sitesOf(state, row.members));
      if (partsTooMany(caps, sitesOf(state, after)) < beyond) continue;
      const bytes = fragmentBytes(state, storageClass);
      const [fuller, emptier] = [shareOf(state, to, bytes), shareOf(state, from, -bytes)];
      if (fuller > emptier) {
        const values = { chunk, from, to, bytes, fuller, emptier };
        return broken({ nodes: [node], values });
      }
      outcome = held;
    }
    return outcome;
  },
});

/** How full a server would be with so many bytes more, in per cent. */
function shareOf(state: MetadataState, server: number, moreBytes: number): number {
  const { usedBytes, capacityBytes } = state.servers.get(server)!;
  return Math.round((100 * (usedBytes + moreBytes)) / capacityBytes);
}
