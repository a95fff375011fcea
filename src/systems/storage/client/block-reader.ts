import type { NodeId } from '../../../sim/message.ts';
import { blockChecksum, type FragmentName } from '../block-checksum.ts';
import type { BlocksRead, DataFault } from '../messages/data-messages.ts';
import type { Block } from '../messages/fragment.ts';
import type { ClientSettings } from './client-settings.ts';
import type { RequestTable } from './request-table.ts';
import { zeros } from './slices.ts';

/** A range of blocks of a fragment. */
export interface BlockRange {
  readonly first: number;
  readonly count: number;
}

/** Blocks that are what was written, or why there are none. */
export type BlocksOrFault = readonly Block[] | DataFault;

/** The blocks that a range of bytes lies in. */
export function blocksOf(from: number, to: number, blockBytes: number): BlockRange {
  const first = Math.floor(from / blockBytes);
  return { first, count: Math.ceil(to / blockBytes) - first };
}

/** Reads blocks of single fragments and verifies them once more at this end. */
export class BlockReader {
  private readonly settings: ClientSettings;
  private readonly requests: RequestTable;

  constructor(settings: ClientSettings, requests: RequestTable) {
    this.settings = settings;
    this.requests = requests;
  }

  /** From a node, or from whom that node names because it cannot tell what is committed. */
  async read(
    node: NodeId,
    name: FragmentName,
    range: BlockRange,
    index: number,
  ): Promise<BlocksOrFault> {
    const answer = await this.ask(node, name, range, index);
    if (answer?.fault !== 'pending' || answer.ask === '' || answer.ask === node) {
      return this.verified(answer, name, range);
    }
    return this.verified(await this.ask(answer.ask, name, range, index), name, range);
  }

  private ask(
    node: NodeId,
    name: FragmentName,
    range: BlockRange,
    index: number,
  ): Promise<BlocksRead | null> {
    const { chunk, version, generation, part } = name;
    return this.requests.ask(
      node,
      'blocks-read',
      this.settings.timings.dataTimeoutUs,
      (request) => ({
        kind: 'read-blocks',
        request,
        chunk,
        version,
        generation,
        part,
        firstBlock: range.first,
        blocks: range.count,
        index,
        forRepair: false,
      }),
    );
  }

  private verified(
    answer: BlocksRead | null,
    { chunk, generation, part }: FragmentName,
    range: BlockRange,
  ): BlocksOrFault {
    if (answer === null) return 'no-answer';
    if (answer.fault !== null) return answer.fault;
    const { blocks } = answer;
    if (blocks.length !== range.count) return 'bad';
    for (let i = 0; i < blocks.length; i++) {
      const { bytes, version, checksum } = blocks[i]!;
      if (bytes.length === 0) continue;
      const isWhole = bytes.length <= this.settings.storage.blockBytes;
      const writtenAs = { chunk, version, generation, part };
      if (!isWhole || blockChecksum(writtenAs, range.first + i, bytes) !== checksum) return 'bad';
    }
    return blocks;
  }
}

/**
 * The bytes from `from` to `to` of a fragment as views of its blocks. What a block is too short for
 * was never written, and reads as zeros.
 */
export function cutBlocks(
  blocks: readonly Block[],
  { first }: BlockRange,
  blockBytes: number,
  from: number,
  to: number,
): Uint8Array[] {
  const slices: Uint8Array[] = [];
  for (let i = 0; i < blocks.length; i++) {
    const base = (first + i) * blockBytes;
    const low = Math.max(from, base) - base;
    const high = Math.min(to, base + blockBytes) - base;
    if (low >= high) continue;
    const { bytes } = blocks[i]!;
    if (low < bytes.length) slices.push(bytes.subarray(low, Math.min(high, bytes.length)));
    if (high > bytes.length) slices.push(zeros(high - Math.max(low, bytes.length)));
  }
  return slices;
}
