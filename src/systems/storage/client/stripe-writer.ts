import { blockChecksum } from '../block-checksum.ts';
import { codeOf } from '../erasure/code-of.ts';
import type { DataFault } from '../messages/data-messages.ts';
import type { Block } from '../messages/fragment.ts';
import type { Granted } from '../messages/metadata-messages.ts';
import type { ClientSession } from './client-session.ts';
import type { ClientSettings } from './client-settings.ts';
import type { Operation } from './operation.ts';
import type { RequestTable } from './request-table.ts';
import { type ClientCounters, type Extent, rangeOf } from './slices.ts';
import type { WriteLease } from './write-leases.ts';

/** Copies of a part that are sent to a server which does not answer. */
const mostCopies = 3;

/** How a stripe's write ended. `refused`: too few parts are durable; nothing has changed. */
export type StripeOutcome = 'written' | 'lost' | 'refused';

/** Writes whole stripes: all parts at a version that nobody reads before it is committed. */
export class StripeWriter {
  private readonly settings: ClientSettings;
  private readonly requests: RequestTable;
  private readonly session: ClientSession;
  private readonly counters: ClientCounters;

  constructor(
    settings: ClientSettings,
    requests: RequestTable,
    session: ClientSession,
    counters: ClientCounters,
  ) {
    this.settings = settings;
    this.requests = requests;
    this.session = session;
    this.counters = counters;
  }

  /** @param content all of the chunk's, in order and apart; elsewhere are zeros */
  async write(
    operation: Operation,
    lease: WriteLease,
    content: readonly Extent[],
  ): Promise<StripeOutcome> {
    const { granted } = lease;
    const parts = this.encode(granted, content);
    const stored = await Promise.all(
      granted.nodes.map((node, part) => this.put(node, granted, part, parts[part]!)),
    );
    const { chunk, fence } = granted;
    const done = await this.session.fenced(operation, {
      kind: 'parts-ready',
      session: this.session.id,
      chunk,
      fence,
      stored,
    });
    if (done === 'EIO') return 'refused';
    return typeof done === 'string' ? 'lost' : 'written';
  }

  private encode({ classId, nodes }: Granted, content: readonly Extent[]): Uint8Array[] {
    const { chunkBytes } = this.settings.storage;
    const redundancy = this.settings.classes.find(({ id }) => id === classId)?.redundancy;
    if (redundancy?.kind !== 'erasure' || nodes.length === 0) {
      throw new Error(`class ${classId} is no erasure code with places`);
    }
    const code = codeOf(redundancy);
    const partBytes = Math.ceil(chunkBytes / redundancy.dataParts);
    const data = Array.from({ length: redundancy.dataParts }, (_, part) =>
      rangeOf(content, part * partBytes, (part + 1) * partBytes, this.counters),
    );
    const parity = code.encode(data);
    this.counters.copiedBytes += parity.length * partBytes;
    return [...data, ...parity];
  }

  private async put(
    node: string,
    { chunk, version, generation, fence }: Granted,
    part: number,
    bytes: Uint8Array,
  ): Promise<boolean> {
    if (node === '') return false;
    const blocks = this.blocksOf({ chunk, version, generation, part }, bytes);
    const { dataTimeoutUs } = this.settings.timings;
    for (let copy = 0; copy < mostCopies; copy++) {
      const answer = await this.requests.ask(node, 'part-put', dataTimeoutUs, (request) => ({
        kind: 'put-part',
        request,
        chunk,
        version,
        generation,
        part,
        fence,
        index: fence,
        blocks,
      }));
      if (answer?.fault === null) return true;
      const fault: DataFault = answer?.fault ?? 'no-answer';
      if (fault !== 'no-answer' && fault !== 'damaged-on-the-way') return false;
    }
    return false;
  }

  private blocksOf(
    name: { chunk: number; version: number; generation: number; part: number },
    bytes: Uint8Array,
  ): Block[] {
    const { blockBytes } = this.settings.storage;
    const blocks: Block[] = [];
    for (let at = 0; at < bytes.length; at += blockBytes) {
      const block = bytes.subarray(at, at + blockBytes);
      const checksum = blockChecksum(name, blocks.length, block);
      blocks.push({ bytes: block, version: name.version, checksum });
    }
    return blocks;
  }
}
