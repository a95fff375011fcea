import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { BlockRecord, Fragment } from '../../src/systems/storage/chunkserver/fragment.ts';
import type { Chunk } from '../../src/systems/storage/metadata/rows.ts';
import { newestOf } from './clean-reads.ts';
import type { StorageFacts, StorageMoment } from './moment.ts';

export const settledReplicasAreAlike = rung<StorageMoment>({
  id: 'SC12',
  title: 'settled replicas are alike',
  statement:
    'While a chunk counts as settled, with no writer or with one who has written nothing yet, and with nothing left to be brought into line, its replicas have the same blocks.',
  source: 'leofs#553: what a failed write left on some replicas; GFS 2003: defined and consistent',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['chain'],
  check({ node, facts }): Outcome {
    const { state, touched } = facts.oracle;
    let outcome: Outcome = premiseFalse;
    for (const { table, key } of touched.values()) {
      const row = table === 'chunks' ? state.chunks.get(key as number) : undefined;
      if (row === undefined || row.version === 0 || row.unsettled) continue;
      // What is granted counts from its commit on: before it the version before does.
      if (row.grant?.open === false) continue;
      if (state.classes.get(row.classId)!.redundancy.kind !== 'replicated') continue;
      const chunk = key as number;
      const [first, ...others] = replicasOf(facts, chunk, row);
      if (first === undefined || others.length === 0) continue;
      const fence = row.grant?.fence ?? 0;
      if ([first, ...others].some(({ fragment }) => isWrittenUnder(fragment, fence))) continue;
      for (const other of others) {
        const block = firstDifference(first.fragment, other.fragment);
        if (block === undefined) continue;
        const { version, members } = row;
        const values = { chunk, version, members, block, servers: [first.server, other.server] };
        return broken({ nodes: [node], values });
      }
      outcome = held;
    }
    return outcome;
  },
});

interface Replica {
  readonly server: number;
  readonly fragment: Fragment;
}

/** What journals of members tell of their replicas; of those that are lost or damaged nothing is said. */
function replicasOf({ servers }: StorageFacts, chunk: number, row: Readonly<Chunk>): Replica[] {
  const { members, version, generation, grant } = row;
  return members.flatMap((server) => {
    if (server === 0) return [];
    const fragment = newestOf(servers[server - 1]!.table, { chunk, generation });
    // Who is a member under an open grant may have yet to hear of the version.
    if (grant === null && fragment?.isVersion(version) !== true) return [];
    return fragment === undefined ? [] : [{ server, fragment }];
  });
}

function isWrittenUnder({ lastFence, lastSequence }: Fragment, fence: number): boolean {
  return fence > 0 && lastFence === fence && lastSequence > 0;
}

function firstDifference({ blocks: a }: Fragment, { blocks: b }: Fragment): number | undefined {
  for (let block = 0; block < Math.max(a.length, b.length); block += 1) {
    if (!isSame(a[block] ?? null, b[block] ?? null)) return block;
  }
  return undefined;
}

function isSame(a: BlockRecord | null, b: BlockRecord | null): boolean {
  if (a === null || b === null) return a === b;
  return a.version === b.version && a.checksum === b.checksum;
}
