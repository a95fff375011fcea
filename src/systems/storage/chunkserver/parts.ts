import type { NodeId } from '../../../sim/message.ts';
import { blockChecksum, type FragmentName } from '../block-checksum.ts';
import type { DataFault, PutPart } from '../messages/data-messages.ts';
import type { Block } from '../messages/fragment.ts';
import type { JournalBlock } from './journal-format.ts';
import type { ServerCore } from './server-core.ts';
import { isForgotten } from './versions.ts';

/** Keeps a whole part of a stripe. */
export function takePart(core: ServerCore, from: NodeId, message: PutPart): void {
  core.noteIndex(message.index);
  const { request, chunk, version, generation, part, fence, blocks } = message;
  const name = { chunk, version, generation, part };
  const answer = (fault: DataFault | null): void => {
    core.send(from, { kind: 'part-put', request, ...name, fault });
  };
  if (core.phase !== 'serving' || core.owesFloor) {
    answer('not-serving');
    return;
  }
  keepPart(core, name, fence, blocks, answer);
}

/** The same for a part that was made here. */
export function keepPart(
  core: ServerCore,
  name: FragmentName,
  fence: number,
  blocks: readonly Block[],
  done: (fault: DataFault | null) => void,
): void {
  core.turns.take(name.chunk, (end) => {
    const finish = (fault: DataFault | null): void => {
      done(fault);
      end();
      core.checkpoints.consider();
    };
    const here = core.table.chunks.get(name.chunk);
    if (here !== undefined && fence < here.fence) finish('stale');
    else if (core.table.find(name)?.fault === null) finish(null);
    else if (isForgotten(core, name.chunk, fence)) finish('stale');
    else install(core, name, { fence, lastFence: 0, lastSequence: 0 }, blocks, finish);
  });
}

/** Fence and last write of a fragment. */
export interface WriteMarks {
  readonly fence: number;
  readonly lastFence: number;
  readonly lastSequence: number;
}

/**
 * Puts all blocks of a fragment in place of what is here under that name, if anything. Within a turn
 * of the chunk.
 */
export function install(
  core: ServerCore,
  name: FragmentName,
  marks: WriteMarks,
  blocks: readonly Block[],
  done: (fault: DataFault | null) => void,
): void {
  const kept = placed(core, name, blocks);
  if (kept === undefined) {
    done('damaged-on-the-way');
    return;
  }
  const { chunk, version, generation, part } = name;
  const before = core.table.find(name);
  const size = kept.reduce((sum, { data }) => sum + data.length, 0);
  const growth = size - (before?.bytes ?? 0);
  if (!core.hasRoomFor(growth)) {
    done('full');
    return;
  }
  const number = before?.number ?? core.table.nextNumber++;
  const previousVersion = before?.previousVersion ?? 0;
  core.journal.append(
    chunk,
    {
      kind: 'put',
      ...{ number, chunk, version, generation, part, previousVersion, ...marks },
      blocks: kept,
    },
    core.growing(growth, done),
  );
}

/** Blocks that are there, at their places; undefined when one is not what its checksum says. */
function placed(
  core: ServerCore,
  name: FragmentName,
  blocks: readonly Block[],
): JournalBlock[] | undefined {
  const kept: JournalBlock[] = [];
  if (blocks.length > core.chunkBlocks) return undefined;
  for (const [block, { bytes: data, version, checksum }] of blocks.entries()) {
    if (data.length === 0) continue;
    if (data.length > core.options.settings.blockBytes || version > name.version) return undefined;
    if (blockChecksum({ ...name, version }, block, data) !== checksum) return undefined;
    kept.push({ block, version, checksum, data });
  }
  return kept;
}
