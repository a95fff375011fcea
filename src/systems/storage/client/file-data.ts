import type { Located } from '../messages/metadata-messages.ts';
import { AsyncLocks } from './async-locks.ts';
import type { ChunkReader } from './chunk-reader.ts';
import type { ChunkWriter } from './chunk-writer.ts';
import type { ClientSettings } from './client-settings.ts';
import { errnoOf, FileError } from './file-error.ts';
import type { MasterLink } from './master-link.ts';
import type { MetadataAccess } from './metadata-access.ts';
import type { Operation } from './operation.ts';
import { type ClientCounters, copySlices, type Extent, endOf, zeros } from './slices.ts';
import { WriteBuffer } from './write-buffer.ts';
import { type LossWatch, WriteLosses } from './write-losses.ts';

/** A piece of a chunk that was read; `atEnd`: the file ends here or before. */
interface ChunkPiece {
  readonly slices: readonly Uint8Array[];
  readonly bytes: number;
  readonly atEnd: boolean;
}

/** Reads, writes and buffers of files, by inode. */
export class FileData {
  /** Made by who knows this, for it reads chunks through it. */
  writer!: ChunkWriter;
  private readonly settings: ClientSettings;
  private readonly link: MasterLink;
  private readonly metadata: MetadataAccess;
  private readonly reader: ChunkReader;
  private readonly counters: ClientCounters;
  private readonly buffers: Map<number, WriteBuffer> = new Map();
  private readonly flushes: AsyncLocks = new AsyncLocks();
  /** Of inodes that are open here, and of those where somebody has to be told of a loss. */
  private readonly losses: Map<number, WriteLosses> = new Map();

  constructor(
    settings: ClientSettings,
    link: MasterLink,
    metadata: MetadataAccess,
    reader: ChunkReader,
    counters: ClientCounters,
  ) {
    this.settings = settings;
    this.link = link;
    this.metadata = metadata;
    this.reader = reader;
    this.counters = counters;
  }

  /** What is buffered ends here; 0 when nothing is. */
  bufferedEnd(inode: number): number {
    return this.buffers.get(inode)?.end ?? 0;
  }

  /** Views of the bytes from `offset` on, fewer at the end of the file. Nobody may change them. */
  async read(
    operation: Operation,
    inode: number,
    offset: number,
    length: number,
  ): Promise<readonly Uint8Array[]> {
    const buffer = this.buffers.get(inode);
    const slices = await this.readStored(operation, inode, offset, offset + length);
    const bytes = slices.reduce((sum, slice) => sum + slice.length, 0);
    const bufferEnd = Math.min(offset + length, buffer?.end ?? 0);
    const end = Math.max(offset + bytes, bufferEnd);
    if (buffer === undefined || !buffer.covers(offset, end)) {
      this.counters.readBytes += bytes;
      return slices;
    }
    if (end > offset + bytes) slices.push(zeros(end - offset - bytes));
    // What is laid over must be a buffer of our own.
    const own = copySlices(slices, this.counters);
    buffer.layOver(offset, own, this.counters);
    this.counters.readBytes += own.length;
    return [own];
  }

  private async readStored(
    operation: Operation,
    inode: number,
    from: number,
    to: number,
  ): Promise<Uint8Array[]> {
    const { chunkBytes } = this.settings.storage;
    const slices: Uint8Array[] = [];
    for (let at = from; at < to; ) {
      const index = Math.floor(at / chunkBytes);
      const base = index * chunkBytes;
      const high = Math.min(to - base, chunkBytes);
      const piece = await this.readChunk(operation, inode, index, at - base, high, false);
      slices.push(...piece.slices);
      if (piece.atEnd) break;
      at = base + high;
    }
    return slices;
  }

  /** Content of a chunk as the masters have it now, for who writes it anew. */
  async readContent(
    operation: Operation,
    inode: number,
    index: number,
    toBytes: number,
  ): Promise<readonly Uint8Array[]> {
    const piece = await this.readChunk(operation, inode, index, 0, toBytes, true);
    return piece.slices;
  }

  /** From wherever it lies; located anew until it can be read, or time is up. */
  private async readChunk(
    operation: Operation,
    inode: number,
    index: number,
    from: number,
    to: number,
    isContent: boolean,
  ): Promise<ChunkPiece> {
    const query = { kind: 'locate', inode, index } as const;
    for (let nth = 0; ; nth++) {
      const answer = await this.metadata.ask(operation, query, 'location', nth > 0 || isContent);
      const { location, sizeBytes } = answer;
      const room = isContent ? to : sizeBytes - index * this.settings.storage.chunkBytes;
      const end = Math.min(to, room);
      const atEnd = end < to;
      if (end <= from) return { slices: [], bytes: 0, atEnd: true };
      const sound = Math.min(end, location?.validBytes ?? 0);
      if (location === null || sound <= from) {
        return { slices: [zeros(end - from)], bytes: end - from, atEnd };
      }
      const slices = await this.readSound(operation, location, from, sound);
      if (slices !== null) {
        const all = sound < end ? [...slices, zeros(end - sound)] : slices;
        return { slices: all, bytes: end - from, atEnd };
      }
      this.metadata.cache.drop({ inode, name: '' });
      // The masters answer; it is the data that nobody has, or gives.
      if (operation.leftUs < this.settings.timings.callTimeoutUs) throw operation.error('EIO');
      await this.link.backOff(nth, operation.leftUs);
    }
  }

  /** Null when it cannot be read there now. */
  private async readSound(
    operation: Operation,
    location: Located,
    from: number,
    to: number,
  ): Promise<readonly Uint8Array[] | null> {
    // Replicas may differ: asking for the place makes the leader bring them into line.
    if (location.unsettled) return null;
    const index = operation.steps.at(-1)?.index ?? 0;
    const slices = await this.reader.read(location, index, from, to);
    return typeof slices === 'string' ? null : slices;
  }

  /**
   * Writes through: durable and counted on return. Gives how many bytes count, fewer than all where a
   * quota or the largest size of files ends them; none at all is an error.
   */
  async write(
    operation: Operation,
    inode: number,
    offset: number,
    bytes: Uint8Array,
  ): Promise<number> {
    const { chunkBytes } = this.settings.storage;
    const end = offset + bytes.length;
    // Others see it chunk by chunk, so nothing from before it is good enough for this client either.
    const keys = [{ inode, name: '' }];
    let at = offset;
    this.metadata.cache.beginChange(keys);
    try {
      while (at < end) {
        const index = Math.floor(at / chunkBytes);
        const base = index * chunkBytes;
        const high = Math.min(end, base + chunkBytes);
        const piece = { offset: at - base, bytes: bytes.subarray(at - offset, high - offset) };
        const counted = base + (await this.writer.write(operation, inode, index, [piece]));
        if (counted < high) {
          at = Math.max(at, counted);
          if (at === offset) throw operation.error('EDQUOT');
          break;
        }
        at = high;
      }
    } catch (error) {
      const certain = error instanceof FileError && !error.unknown;
      if (!certain || at === offset) throw error;
    } finally {
      this.metadata.cache.endChange(keys);
    }
    this.counters.writtenBytes += at - offset;
    return at - offset;
  }

  /** Keeps a write until the file is synced; sends what has become too much. */
  async writeBack(
    operation: Operation,
    inode: number,
    offset: number,
    bytes: Uint8Array,
  ): Promise<number> {
    let buffer = this.buffers.get(inode);
    if (buffer === undefined) {
      buffer = new WriteBuffer();
      this.buffers.set(inode, buffer);
    }
    buffer.add({ offset, bytes });
    if (buffer.waitingBytes > this.settings.bufferBytes) await this.flush(operation, inode);
    return bytes.length;
  }

  private lossesOf(inode: number): WriteLosses {
    let losses = this.losses.get(inode);
    if (losses === undefined) {
      losses = new WriteLosses();
      this.losses.set(inode, losses);
    }
    return losses;
  }

  /** A handle was opened: what is lost from now on is told to it, by `sync`. */
  watch(inode: number): LossWatch {
    return this.lossesOf(inode).watch();
  }

  /** The handle is closed. */
  unwatch(inode: number, { losses }: LossWatch): void {
    this.release(inode, losses);
  }

  private release(inode: number, losses: WriteLosses): void {
    losses.release();
    if (losses.isIdle) this.losses.delete(inode);
  }

  /**
   * Makes all that is buffered durable and count, and tells a handle of what was lost since it was last
   * told, whoever sent it. A call that began before the handle was told of a loss is told of it too.
   */
  async sync(operation: Operation, inode: number, watch: LossWatch): Promise<void> {
    const since = watch.toldOf;
    try {
      await this.flush(operation, inode);
    } catch (error) {
      watch.tell(since);
      throw error;
    }
    const errno = watch.tell(since);
    if (errno !== null) throw operation.error(errno, true);
  }

  /**
   * Makes all that is buffered durable and count. What fails is lost to the writer, as by fsync: and to
   * all who wait for it, whoever sent it.
   */
  async flush(operation: Operation, inode: number): Promise<void> {
    const name = `${inode}`;
    if (!this.buffers.has(inode) && !this.flushes.isLocked(name)) return;
    const losses = this.lossesOf(inode);
    losses.hold();
    const since = losses.now;
    await this.flushes.lock(name);
    const buffer = this.buffers.get(inode);
    try {
      if (buffer !== undefined) await this.sendAll(operation, inode, buffer, losses);
      const errno = losses.newerThan(since);
      if (errno !== null) throw operation.error(errno, true);
    } finally {
      buffer?.done();
      if (buffer?.isEmpty === true && this.buffers.get(inode) === buffer) {
        this.buffers.delete(inode);
      }
      this.release(inode, losses);
      this.metadata.cache.drop({ inode, name: '' });
      this.flushes.unlock(name);
    }
  }

  private async sendAll(
    operation: Operation,
    inode: number,
    buffer: WriteBuffer,
    losses: WriteLosses,
  ): Promise<void> {
    try {
      await this.send(operation, inode, buffer.take());
    } catch (error) {
      losses.lose(errnoOf(error));
      throw error;
    }
  }

  private async send(
    operation: Operation,
    inode: number,
    extents: readonly Extent[],
  ): Promise<void> {
    let isBegun = false;
    try {
      for (const [index, pieces] of this.byChunk(extents)) {
        const end = Math.max(...pieces.map(endOf));
        const counted = await this.writer.write(operation, inode, index, pieces);
        isBegun = true;
        if (counted < end) throw operation.error('EDQUOT');
        this.counters.writtenBytes += pieces.reduce((sum, one) => sum + one.bytes.length, 0);
      }
    } catch (error) {
      // Some chunks have what was written, others have not.
      if (!isBegun || !(error instanceof FileError)) throw error;
      throw operation.error(error.errno, true);
    }
  }

  /** Cuts extents at chunk borders; chunks in order, and in each the extents in theirs. */
  private byChunk(extents: readonly Extent[]): [index: number, pieces: Extent[]][] {
    const { chunkBytes } = this.settings.storage;
    const chunks = new Map<number, Extent[]>();
    for (const extent of extents) {
      for (let at = extent.offset; at < endOf(extent); ) {
        const index = Math.floor(at / chunkBytes);
        const high = Math.min(endOf(extent), (index + 1) * chunkBytes);
        const bytes = extent.bytes.subarray(at - extent.offset, high - extent.offset);
        const pieces = chunks.get(index) ?? [];
        pieces.push({ offset: at - index * chunkBytes, bytes });
        chunks.set(index, pieces);
        at = high;
      }
    }
    return [...chunks].sort(([a], [b]) => a - b);
  }

  /**
   * Forgets what is buffered: the session that it was written in is gone. What was not on its way is
   * lost; whoever sends the rest tells how that ends.
   */
  clear(): void {
    for (const [inode, { waitingBytes }] of this.buffers) {
      if (waitingBytes > 0) this.lossesOf(inode).lose('EIO');
    }
    this.buffers.clear();
  }
}
