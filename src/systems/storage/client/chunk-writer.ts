import type { ChainWriter } from './chain-writer.ts';
import type { ClientSession } from './client-session.ts';
import type { ClientSettings } from './client-settings.ts';
import { FileError } from './file-error.ts';
import type { MasterLink } from './master-link.ts';
import type { MetadataAccess } from './metadata-access.ts';
import type { Operation } from './operation.ts';
import { type Extent, endOf, gapsBetween, laidOver, zeros } from './slices.ts';
import type { StripeWriter } from './stripe-writer.ts';
import type { WriteLease, WriteLeases } from './write-leases.ts';

/** Times that a stripe is placed anew when too few of its parts become durable. */
const mostPlacements = 3;

/** Reads what is content of a chunk, for who has to write it whole. */
export type ReadChunk = (
  operation: Operation,
  inode: number,
  index: number,
  toBytes: number,
) => Promise<readonly Uint8Array[]>;

/** What takes part in writing a chunk. */
export interface ChunkWriterParts {
  readonly settings: ClientSettings;
  readonly link: MasterLink;
  readonly session: ClientSession;
  readonly metadata: MetadataAccess;
  readonly leases: WriteLeases;
  readonly chain: ChainWriter;
  readonly stripes: StripeWriter;
  readonly readChunk: ReadChunk;
}

/** One try at a write: how far it counts, or that it has to be tried again. */
type Attempt = number | 'again' | 'refused';

/** Writes to one chunk of a file: takes the lease, makes the bytes durable, makes them count. */
export class ChunkWriter {
  private readonly parts: ChunkWriterParts;

  constructor(parts: ChunkWriterParts) {
    this.parts = parts;
  }

  /**
   * Writes extents of a chunk, offsets within it, later ones over earlier ones. Gives the end up to
   * which they count: smaller than their own end where a quota cut them short.
   */
  async write(
    operation: Operation,
    inode: number,
    index: number,
    extents: readonly Extent[],
  ): Promise<number> {
    const { leases, link } = this.parts;
    const progress = { sent: false };
    let refusals = 0;
    try {
      for (let nth = 0; ; nth++) {
        const end = await leases.use(operation, inode, index, (lease) =>
          this.attempt(operation, lease, extents, progress),
        );
        if (typeof end === 'number') return end;
        if (end === 'refused') refusals += 1;
        if (refusals === mostPlacements) throw operation.error('EIO');
        operation.check();
        await link.backOff(nth, operation.leftUs);
      }
    } catch (error) {
      // Some replica may have it, and a later write may bring that to light.
      const certain = !(error instanceof FileError) || error.unknown || !progress.sent;
      throw certain ? error : operation.error(error.errno, true);
    }
  }

  private async attempt(
    operation: Operation,
    lease: WriteLease,
    extents: readonly Extent[],
    progress: { sent: boolean },
  ): Promise<Attempt> {
    const isStripe = this.parts.leases.isStripe(lease.granted);
    if (!isStripe) progress.sent = true;
    let isDone = false;
    try {
      const outcome = isStripe
        ? await this.writeStripe(operation, lease, extents)
        : await this.writeReplicas(operation, lease, extents);
      if (outcome !== 'written') return outcome === 'lost' ? 'again' : 'refused';
      progress.sent = true;
      const end = Math.max(...extents.map(endOf));
      const counted = end > lease.validBytes ? await this.settle(operation, lease, end) : end;
      isDone = typeof counted === 'number';
      return counted;
    } finally {
      if (!isDone) this.parts.leases.forget(lease);
    }
  }

  /** What lies between the content so far and the new bytes reads as zeros from now on. */
  private async writeReplicas(
    operation: Operation,
    lease: WriteLease,
    extents: readonly Extent[],
  ): Promise<'written' | 'lost'> {
    const end = Math.max(...extents.map(endOf));
    for (const { from, to } of gapsBetween(lease.validBytes, end, extents)) {
      const outcome = await this.parts.chain.write(operation, lease, from, zeros(to - from));
      if (outcome === 'lost') return outcome;
    }
    for (const { offset, bytes } of extents) {
      const outcome = await this.parts.chain.write(operation, lease, offset, bytes);
      if (outcome === 'lost') return outcome;
    }
    return 'written';
  }

  /** The whole chunk anew: what is content now, under the extents. */
  private async writeStripe(
    operation: Operation,
    lease: WriteLease,
    extents: readonly Extent[],
  ): Promise<'written' | 'lost' | 'refused'> {
    const { readChunk, stripes } = this.parts;
    const { validBytes, inode, index } = lease;
    let content: readonly Extent[] = [];
    if (gapsBetween(0, validBytes, extents).length > 0) {
      let offset = 0;
      content = (await readChunk(operation, inode, index, validBytes)).map((bytes) => {
        const extent = { offset, bytes };
        offset += bytes.length;
        return extent;
      });
    }
    for (const extent of extents) content = laidOver(content, extent);
    return stripes.write(operation, lease, content);
  }

  /** Makes content up to `end` count; up to the old end of the file when a quota forbids more. */
  private async settle(
    operation: Operation,
    lease: WriteLease,
    end: number,
  ): Promise<number | 'again'> {
    const { session, metadata, settings } = this.parts;
    const { inode, index, granted } = lease;
    const command = { kind: 'settle-write', inode, index, fence: granted.fence } as const;
    const settled = await session.tryCall(operation, { ...command, validBytes: end });
    if (typeof settled !== 'string') {
      lease.validBytes = end;
      return end;
    }
    if (settled === 'ESTALE') return 'again';
    if (settled !== 'EDQUOT') throw operation.error(settled);
    const { attributes } = await metadata.ask(
      operation,
      { kind: 'attributes', inode },
      'attributes',
      true,
    );
    const room = Math.min(end, attributes.sizeBytes - index * settings.storage.chunkBytes);
    if (room <= lease.validBytes) return Math.max(0, Math.min(room, end));
    const shorter = await session.tryCall(operation, { ...command, validBytes: room });
    if (shorter === 'ESTALE') return 'again';
    if (typeof shorter === 'string') throw operation.error(shorter);
    lease.validBytes = room;
    return room;
  }
}
