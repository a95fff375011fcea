import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { blockChecksum } from '../../src/systems/storage/block-checksum.ts';
import type { Fragment } from '../../src/systems/storage/chunkserver/fragment.ts';
import type { VersionSet } from '../../src/systems/storage/messages/control-messages.ts';
import type {
  BlocksRead,
  BytesWritten,
  PartPut,
} from '../../src/systems/storage/messages/data-messages.ts';
import type { StorageFacts, StorageMoment } from './moment.ts';

/** Names a write: its number under its fence. */
export function writeKey({ chunk, fence, sequence }: Pick<BytesWritten, WriteName>): string {
  return `${chunk}/${fence}/${sequence}`;
}

type WriteName = 'chunk' | 'fence' | 'sequence';
type Name = { readonly chunk: number; readonly generation: number; readonly part: number };

/** The newest fragment of that name on a node, whatever its version. */
function newest({ servers }: StorageFacts, node: number, name: Name): Fragment | undefined {
  let found: Fragment | undefined;
  for (const one of servers[node]?.table.chunks.get(name.chunk)?.fragments ?? []) {
    if (one.generation !== name.generation || one.part !== name.part) continue;
    if (found === undefined || one.version > found.version) found = one;
  }
  return found;
}

export const serversDurableFirst = rung<StorageMoment>({
  id: 'SC6',
  title: 'chunkservers: durable first',
  statement:
    'A chunkserver acknowledges a part, or a version and its fence, only when its disk has promised it.',
  source: 'lizardfs#577; Jepsen NATS 2.12.1; 3FS, commit of versions',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['send:part-put', 'send:version-set'],
  check({ node, facts, message }) {
    const answer = message as PartPut | VersionSet;
    if (answer.fault !== null || isDisturbed(facts, node)) return premiseFalse;
    const { chunk, version, generation, part } = answer;
    const fragment = newest(facts, node, answer);
    const hasVersion = fragment !== undefined && fragment.version >= version;
    const hasFence = answer.kind === 'part-put' || (fragment?.fence ?? 0) >= answer.fence;
    if (hasVersion && hasFence) return held;
    // Erased by a plan since, and perhaps an older one is left: the answer was held back, or is a copy.
    const erasedFence = facts.servers[node]!.table.chunks.get(chunk)?.erasedFence ?? 0;
    if (erasedFence > (fragment?.fence ?? 0)) return premiseFalse;
    const found = { version: fragment?.version ?? 0, fence: fragment?.fence ?? 0 };
    const values = { kind: answer.kind, chunk, version, generation, part, found };
    return broken({ nodes: [node], values });
  },
});

/** A disk that has lost something lawfully owes nothing for it. */
function isDisturbed({ servers, world }: StorageFacts, node: number): boolean {
  return servers[node]!.wipedUs >= 0 || world.damaged(node);
}

export const durableOnAll = rung<StorageMoment>({
  id: 'SD5',
  title: 'durable on all',
  statement:
    'A write is acknowledged to its client when every server of its chain has it on disk, in its order.',
  source: 'van Renesse and Schneider 2004, chain replication; Jepsen NATS 2.12.1',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['send:bytes-written'],
  check({ node, facts, message, peer }) {
    const answer = message as BytesWritten;
    if (answer.fault !== null || peer < facts.world.serverCount) return premiseFalse;
    const { chunk, fence, sequence } = answer;
    const chain = facts.chains.get(writeKey(answer));
    if (chain === undefined) return premiseFalse;
    for (const name of chain) {
      const member = facts.world.nodeIndex(name);
      if (isDisturbed(facts, member)) continue;
      const fragment = newest(facts, member, answer);
      if (fragment === undefined) {
        const here = facts.servers[member]!.table.chunks.get(chunk);
        if ((here?.erasedFence ?? 0) > 0) continue;
      } else {
        const { lastFence, lastSequence } = fragment;
        const isThere = lastFence > fence || (lastFence === fence && lastSequence >= sequence);
        if (isThere) continue;
      }
      const last = { fence: fragment?.lastFence ?? 0, sequence: fragment?.lastSequence ?? 0 };
      return broken({ nodes: [node, member], values: { chunk, fence, sequence, last } });
    }
    return held;
  },
});

export const readsAreVerified = rung<StorageMoment>({
  id: 'SA2',
  title: 'nothing unverified leaves',
  statement:
    'Bytes that leave a chunkserver match the checksum that is bound to their chunk, version, part and place.',
  source: 'MooseNG erasure_storage; Krioukov et al., FAST 2008; longhorn#1298',
  kind: 'always',
  owedUnder: 'any damage',
  watches: ['send:blocks-read'],
  check({ node, message, peer, facts }): Outcome {
    const answer = message as BlocksRead;
    const read = facts.reads.of(node, peer, answer)?.read;
    if (answer.fault !== null || read === undefined) return premiseFalse;
    const { chunk, generation, part, firstBlock } = read;
    for (const [at, { bytes, version, checksum }] of answer.blocks.entries()) {
      if (bytes.length === 0) continue;
      const block = firstBlock + at;
      const name = { chunk, version, generation, part };
      if (blockChecksum(name, block, bytes) === checksum && version <= read.version) continue;
      return broken({ nodes: [node], values: { ...name, block, asked: read.version } });
    }
    return held;
  },
});
