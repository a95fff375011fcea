import type { DataFault } from '../messages/data-messages.ts';
import type { Located } from '../messages/metadata-messages.ts';
import { BlockReader, blocksOf, cutBlocks } from './block-reader.ts';
import type { ClientSettings } from './client-settings.ts';
import type { MasterLink } from './master-link.ts';
import type { RequestTable } from './request-table.ts';
import type { ClientCounters } from './slices.ts';
import { StripeReader } from './stripe-reader.ts';

/** Views of the bytes that were asked for, in order; or why they cannot be read there now. */
export type SlicesOrFault = readonly Uint8Array[] | DataFault;

/** Reads ranges of chunks from wherever they lie, as replicas or as parts of a stripe. */
export class ChunkReader {
  private readonly settings: ClientSettings;
  private readonly counters: ClientCounters;
  private readonly blocks: BlockReader;
  private readonly stripes: StripeReader;
  /** Turns with each read, so that all replicas are asked. */
  private turn: number;

  constructor(
    settings: ClientSettings,
    requests: RequestTable,
    link: MasterLink,
    counters: ClientCounters,
  ) {
    this.settings = settings;
    this.counters = counters;
    this.blocks = new BlockReader(settings, requests);
    this.stripes = new StripeReader(settings, this.blocks, link, counters);
    this.turn = settings.owner;
  }

  /** @param index the applied index of the masters' answer that told the place */
  read(place: Located, index: number, from: number, to: number): Promise<SlicesOrFault> {
    this.counters.chunkReads += 1;
    const { redundancy } = place.storageClass;
    return redundancy.kind === 'replicated'
      ? this.readReplica(place, index, from, to)
      : this.stripes.read(place, redundancy, index, from, to);
  }

  /** From any replica, or the next one when that does not give sound bytes. */
  private async readReplica(
    { chunk, version, generation, nodes }: Located,
    index: number,
    from: number,
    to: number,
  ): Promise<SlicesOrFault> {
    const { blockBytes } = this.settings.storage;
    const range = blocksOf(from, to, blockBytes);
    const name = { chunk, version, generation, part: 0 };
    const first = this.turn++;
    let fault: DataFault = 'no-answer';
    for (let nth = 0; nth < nodes.length; nth++) {
      const node = nodes[(first + nth) % nodes.length]!;
      if (node === '') continue;
      const blocks = await this.blocks.read(node, name, range, index);
      if (typeof blocks !== 'string') return cutBlocks(blocks, range, blockBytes, from, to);
      fault = blocks;
    }
    return fault;
  }
}
