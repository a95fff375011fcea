import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { Fragment } from '../../src/systems/storage/chunkserver/fragment.ts';
import type { FragmentTable } from '../../src/systems/storage/chunkserver/fragment-table.ts';
import type { BlocksRead } from '../../src/systems/storage/messages/data-messages.ts';
import type { StorageFacts, StorageMoment } from './moment.ts';

export const readsAreClean = rung<StorageMoment>({
  id: 'SC14',
  title: 'reads are clean',
  statement:
    'What a chunkserver gives a client of a replica is on the disks of all members that work, or something newer is.',
  source: 'Terrace and Freedman 2009, CRAQ: what is not clean is not read',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['send:blocks-read'],
  check({ node, peer, message, facts }): Outcome {
    if (message?.kind !== 'blocks-read' || peer < facts.world.serverCount) return premiseFalse;
    const answer = message as BlocksRead;
    const asked = facts.reads.of(node, peer, answer);
    if (asked === undefined || answer.fault !== null) return premiseFalse;
    const { chunk, firstBlock } = asked.read;
    const own = facts.servers[node]!.table.findStill(asked.read);
    const others = own === undefined ? [] : othersThatLag(facts, node, own);
    if (own === undefined || others.length === 0) return own === undefined ? premiseFalse : held;
    for (const [at, { bytes, checksum }] of answer.blocks.entries()) {
      const block = firstBlock + at;
      // What is being read may have been replaced meanwhile.
      if (bytes.length === 0 || own.blocks[block]?.checksum !== checksum) continue;
      const lacking = others.find(({ fragment }) => fragment.blocks[block]?.checksum !== checksum);
      if (lacking === undefined) continue;
      const { version } = asked.read;
      return broken({ nodes: [node], values: { chunk, version, block, server: lacking.server } });
    }
    return held;
  },
});

/** Members that work, and whose last write is an older one than this replica's. */
function othersThatLag(
  { oracle, servers, world }: StorageFacts,
  node: number,
  own: Fragment,
): { readonly server: number; readonly fragment: Fragment }[] {
  const row = oracle.state.chunks.get(own.chunk);
  if (row === undefined || row.generation !== own.generation) return [];
  if (oracle.state.classes.get(row.classId)!.redundancy.kind !== 'replicated') return [];
  return row.members.flatMap((server) => {
    if (server === 0 || server - 1 === node || world.status(server - 1) !== 'up') return [];
    const { table, wipedUs } = servers[server - 1]!;
    if (wipedUs >= 0 || world.damaged(server - 1)) return [];
    const fragment = newestOf(table, own);
    return fragment !== undefined && isBehind(fragment, own) ? [{ server, fragment }] : [];
  });
}

/** What a server has of the same generation; an older version may lie beside it until it is erased. */
export function newestOf(
  { chunks }: FragmentTable,
  { chunk, generation }: Pick<Fragment, 'chunk' | 'generation'>,
): Fragment | undefined {
  let newest: Fragment | undefined;
  for (const one of chunks.get(chunk)?.fragments ?? []) {
    if (one.generation !== generation || one.fault !== null) continue;
    if (newest === undefined || one.version > newest.version) newest = one;
  }
  return newest;
}

function isBehind(a: Fragment, b: Fragment): boolean {
  if (a.lastFence !== b.lastFence) return a.lastFence < b.lastFence;
  return a.lastSequence < b.lastSequence;
}
