import type { NodeId } from '../../../sim/message.ts';
import { blockChecksum, type FragmentName } from '../block-checksum.ts';
import type { DataFault } from '../messages/data-messages.ts';
import type { Block } from '../messages/fragment.ts';
import type { ServerCore } from './server-core.ts';

/** Blocks that one message may carry. */
const windowBlocks = 64;

/** Blocks of a whole fragment, without the empty ones at its end; or why there are none. */
export type Fetched = (fault: DataFault | null, blocks: readonly Block[]) => void;

/** Gets a whole fragment from another server, or from this one, and checks every block of it. */
export function fetchFragment(
  core: ServerCore,
  name: FragmentName,
  node: NodeId,
  done: Fetched,
): void {
  if (node === core.env.id) fetchHere(core, name, done);
  else fetchFrom(core, name, node, [], done);
}

function fetchHere(core: ServerCore, name: FragmentName, done: Fetched): void {
  const fragment = core.lookUp(name);
  if (typeof fragment === 'string') {
    done(fragment, []);
    return;
  }
  core.files.read(fragment, 0, fragment.blocks.length, (fault, blocks) => {
    if (fault === 'bad') core.quarantine(fragment, 'a task found it damaged');
    if (fault === null && !fragment.isVersion(name.version)) done('stale', []);
    else done(fault, blocks);
  });
}

function fetchFrom(
  core: ServerCore,
  name: FragmentName,
  node: NodeId,
  got: readonly Block[],
  done: Fetched,
): void {
  const { chunk, version, generation, part } = name;
  const firstBlock = got.length;
  const blocks = Math.min(windowBlocks, core.chunkBlocks - firstBlock);
  core.requests.ask(
    node,
    core.options.timings.dataTimeoutUs,
    (request) => ({
      kind: 'read-blocks',
      ...{ request, chunk, version, generation, part, firstBlock, blocks },
      index: core.index,
      forRepair: true,
    }),
    (answer) => {
      if (answer?.kind !== 'blocks-read') done('no-answer', []);
      else if (answer.fault !== null) done(answer.fault, []);
      else if (answer.blocks.length !== blocks || answer.version !== version) done('bad', []);
      else if (!areSound(name, firstBlock, answer.blocks)) done('bad', []);
      else {
        const all = firstBlock === 0 ? answer.blocks : [...got, ...answer.blocks];
        if (all.length < core.chunkBlocks) fetchFrom(core, name, node, all, done);
        else done(null, withoutEmptyEnd(all));
      }
    },
  );
}

function areSound(name: FragmentName, firstBlock: number, blocks: readonly Block[]): boolean {
  return blocks.every(({ bytes, version, checksum }, at) => {
    if (bytes.length === 0) return true;
    const isOld = version <= name.version;
    return isOld && blockChecksum({ ...name, version }, firstBlock + at, bytes) === checksum;
  });
}

function withoutEmptyEnd(blocks: readonly Block[]): readonly Block[] {
  let end = blocks.length;
  while (end > 0 && blocks[end - 1]!.bytes.length === 0) end--;
  return end === blocks.length ? blocks : blocks.slice(0, end);
}
