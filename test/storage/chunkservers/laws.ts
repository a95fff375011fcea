import {
  broken,
  held,
  type Ladder,
  ladder,
  type PlainMoment,
  plainLedger,
  premiseFalse,
  rung,
  type WorldView,
} from '../../../src/index.ts';
import type { ChunkServer } from '../../../src/systems/storage/chunkserver/chunk-server.ts';
import {
  type FragmentOnDisk,
  fragmentsOnDisk,
} from '../../../src/systems/storage/chunkserver/disk-image.ts';
import type { StorageWireMessage } from '../../../src/systems/storage/messages/storage-codec.ts';
import { simulationSettings } from '../../../src/systems/storage/metadata/settings.ts';
import type { StewardLog } from './steward-log.ts';
import { joined } from './written-bytes.ts';

type Moment = PlainMoment<ChunkServer, StorageWireMessage>;

const { blockBytes } = simulationSettings;

function onDisk(world: WorldView, node: number): readonly FragmentOnDisk[] {
  const disk = world.disk(node);
  const image = {
    names: () => disk.promisedFiles(),
    bytes: (file: string) => disk.promisedBytes(file),
  };
  return fragmentsOnDisk(image, blockBytes);
}

const rightReads = rung<Moment, { seen: number }>({
  id: 'R1',
  title: 'right reads',
  statement: 'Each byte read is what was written there last, and no old fence writes.',
  source: 'Herlihy and Wing 1990, linearizability',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['step', 'end'],
  ghost: () => ({ seen: 0 }),
  check({ node, history }, ghost) {
    const { wrong, counts } = history as StewardLog;
    const count = counts['read ok'] ?? 0;
    if (wrong.length > 0) return broken({ nodes: [node], values: { wrong: wrong[0]! } });
    if (count === ghost.seen) return premiseFalse;
    ghost.seen = count;
    return held;
  },
});

const durableWrites = rung<Moment>({
  id: 'R2',
  title: 'durable before it is said',
  statement: 'Who acknowledges a write has promised it to its disk, or something newer.',
  source: 'issue 7, B50',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['send:bytes-written'],
  check({ node, message, world }) {
    if (message?.kind !== 'bytes-written' || message.fault !== null) return premiseFalse;
    // What was promised then is not all in one image: a lost disk owes what it had.
    if (world.damaged(node)) return premiseFalse;
    const { chunk, fence, sequence } = message;
    const { version } = message;
    const all = onDisk(world, node).filter((one) => one.chunk === chunk);
    const fragment = all.find((one) => one.version >= version);
    const [lastFence, lastSequence] = [fragment?.lastFence ?? 0, fragment?.lastSequence ?? 0];
    // It may have been erased or have gone bad since.
    if (fragment === undefined || fragment.quarantined) return premiseFalse;
    const reaches = lastFence > fence || (lastFence === fence && lastSequence >= sequence);
    if (reaches) return held;
    return broken({ nodes: [node], values: { chunk, fence, sequence, lastFence, lastSequence } });
  },
});

const durableFences = rung<Moment>({
  id: 'R3',
  title: 'durable fences',
  statement: 'Who says that a version is set has promised version and fence to its disk.',
  source: 'issue 7, C3',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['send:version-set'],
  check({ node, message, world }) {
    if (message?.kind !== 'version-set' || message.fault !== null) return premiseFalse;
    if (world.damaged(node)) return premiseFalse;
    const { chunk, version, fence } = message;
    const all = onDisk(world, node).filter((one) => one.chunk === chunk);
    const fragment = all.find((one) => one.version >= version);
    if (fragment !== undefined && fragment.fence >= fence) return held;
    const has = all.map((one) => `${one.version}/${one.fence}`).join(' ');
    return broken({ nodes: [node], values: { chunk, version, fence, has } });
  },
});

const survivors = rung<Moment>({
  id: 'R4',
  title: 'survivors have everything',
  statement: 'At the end each member whose disk lost nothing has all that was acknowledged.',
  source: 'issue 7, D2',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['end'],
  check({ world, history }) {
    let found = false;
    for (const { chunk, version, members, bytes } of (history as StewardLog).chunks.values()) {
      for (const member of members) {
        const node = world.nodeIndex(member);
        if (version === 0 || world.damaged(node)) continue;
        const all = onDisk(world, node).filter((one) => one.chunk === chunk);
        const fragment = all.find((one) => one.version >= version);
        const has = all.map((one) => `${one.version}/${one.intact}`).join(' ');
        const values = { chunk, version, member, has };
        if (fragment === undefined || !fragment.intact) return broken({ nodes: [node], values });
        const name = { chunk, version: fragment.version, generation: 0, part: 0 };
        const data = joined(name, 0, fragment.blocks, blockBytes);
        const least = bytes.least.slice();
        const wrong = typeof data === 'string' ? data : bytes.wrongRead(0, data, least);
        if (wrong !== '') return broken({ nodes: [node], values: { ...values, wrong } });
        found = true;
      }
    }
    return found ? held : premiseFalse;
  },
});

const everyFragment = rung<Moment>({
  id: 'R5',
  title: 'an ended storm leaves nobody behind',
  statement: 'At the end every server has read its disk and has heard its leader.',
  source: 'issue 7, H4',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['end'],
  check({ world }) {
    for (let node = 0; node < world.serverCount; node++) {
      const server = world.state(node) as ChunkServer | undefined;
      if (server?.core.obeying !== true) {
        return broken({ nodes: [node], values: { phase: server?.core.phase ?? 'down' } });
      }
    }
    return held;
  },
});

export const chunkServerLadder: Ladder = ladder({
  name: 'chunkservers',
  ghost: plainLedger<ChunkServer, StorageWireMessage>(),
  rungs: [rightReads, durableWrites, durableFences, survivors, everyFragment],
});

/** For damage that only the checksums of blocks can tell. */
export const readsLadder: Ladder = ladder({
  name: 'reads of chunkservers',
  ghost: plainLedger<ChunkServer, StorageWireMessage>(),
  rungs: [{ ...rightReads, owedUnder: 'any damage' }],
});
