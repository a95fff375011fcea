import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { Fragment } from '../../src/systems/storage/chunkserver/fragment.ts';
import { isSound } from '../../src/systems/storage/chunkserver/fragment-files.ts';
import {
  fragmentDirectory,
  fragmentFileName,
} from '../../src/systems/storage/chunkserver/sums-format.ts';
import type {
  CopyFragment,
  RebuildPart,
  TaskDone,
} from '../../src/systems/storage/messages/control-messages.ts';
import type { StorageFacts, StorageMoment } from './moment.ts';

type Order = CopyFragment | RebuildPart;

/**
 * Orders to make a part that were not answered yet, of each node by term and task; null: something was
 * written to that chunk meanwhile, and the files follow the journal as they like.
 */
type Open = Map<number, Map<string, Order | null>>;

const noBytes = new Uint8Array(0);

export const madeIsWhole = rung<StorageMoment, Open>({
  id: 'SC15',
  title: 'what is made is whole',
  statement:
    'When a chunkserver tells that it has made a part, its disk gives back the bytes of that part, and no others.',
  source:
    'Krioukov et al., FAST 2008: write-verify; garage, resync: a block counts once it was read back',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: [
    'started',
    'fragments',
    'receive:copy-fragment',
    'receive:rebuild-part',
    'send:task-done',
  ],
  ghost: () => new Map(),
  check({ node, facts, message, changes, isStart }, open): Outcome {
    if (isStart) {
      open.delete(node);
      return premiseFalse;
    }
    const own = open.get(node) ?? new Map<string, Order | null>();
    open.set(node, own);
    if (message === undefined) {
      for (const { record, fragment } of changes) {
        if (record.kind === 'write') excuse(own, fragment.chunk);
      }
      return premiseFalse;
    }
    if (message.kind !== 'task-done') {
      const order = message as Order;
      const key = `${order.term}.${order.task}`;
      if (!own.has(key)) own.set(key, order);
      return premiseFalse;
    }
    const answer = message as TaskDone;
    const key = `${answer.term}.${answer.task}`;
    const order = own.get(key) ?? null;
    own.delete(key);
    if (order === null || answer.fault !== null) return premiseFalse;
    return judge(facts, node, order);
  },
});

function excuse(own: Map<string, Order | null>, chunk: number): void {
  for (const [key, order] of own) if (order?.chunk === chunk) own.set(key, null);
}

function judge({ servers, world, settings }: StorageFacts, node: number, order: Order): Outcome {
  // Whether it has the part at all is for SC8 to say.
  const fragment = servers[node]?.table.findStill(order);
  if (fragment === undefined || fragment.fault !== null) return premiseFalse;
  const file = `${fragmentDirectory}/${fragmentFileName(fragment, 'data')}`;
  const images = world.disk(node).images(file);
  const bytes = images?.cached.subarray(0, images.cachedLength) ?? noBytes;
  const block = damagedBlock(fragment, bytes, settings.blockBytes);
  if (block < 0) return held;
  const { chunk, version, generation, part } = order;
  return broken({ nodes: [node], values: { chunk, version, generation, part, block } });
}

/** The first block of a fragment that its data file does not have; -1: it has all. */
function damagedBlock(fragment: Fragment, file: Uint8Array, blockBytes: number): number {
  return fragment.blocks.findIndex((record, block) => {
    if (record === null) return false;
    const { version, checksum, bytes: size } = record;
    const bytes = file.subarray(block * blockBytes, block * blockBytes + size);
    return bytes.length !== size || !isSound(fragment, block, bytes, version, checksum);
  });
}
