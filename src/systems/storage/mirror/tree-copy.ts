import { FileError } from '../client/file-error.ts';
import type { DirectoryEntry } from '../client/name-operations.ts';
import type { Located } from '../messages/metadata-messages.ts';
import type { Attributes } from '../metadata/queries.ts';
import { inLanes } from './lanes.ts';
import type { Pace } from './pace.ts';
import type { RegionClient } from './region-client.ts';

/** From where to where a tree is copied. */
export interface TreePlaces {
  readonly source: RegionClient;
  /** A snapshot. */
  readonly from: string;
  /**
   * The snapshot that was copied to `to` before, in whole, since when nothing but a copy of `from`
   * that did not end has changed anything there; null: all bytes are copied.
   */
  readonly before: string | null;
  readonly target: RegionClient;
  readonly to: string;
  readonly chunkBytes: number;
  readonly pace: Pace;
}

/** Entries of a directory that are compared at the same time. */
const entriesAtOnce = 6;

/** Attributes that say something about this copy of a tree, and are no part of it. */
const ownAttributes: ReadonlySet<string> = new Set(['snapshot.index', 'mirror.epoch']);

/**
 * Makes a tree like a snapshot in another cluster: names, kinds, modes, owners, times, targets of
 * links, extended attributes, classes, lengths and bytes. What is there is compared with what should
 * be, so a copy that broke off at any point is simply begun again.
 *
 * Bytes are copied where the snapshot has another chunk than the one before. While a snapshot holds a
 * chunk, nobody writes to it (a writer gets a new one), so the same chunk, with as many bytes of it
 * valid, is the same content. Times and lengths prove nothing.
 *
 * Symbolic links have no attributes here but their target. Asks about each inode once: what does not
 * change costs questions, no bytes. They name the inode that a directory told: a way along a path would
 * be a question for each directory on it, over and over.
 */
export class TreeCopy {
  private readonly places: TreePlaces;
  /** Bytes of content that were carried over. */
  copiedBytes: number = 0;

  constructor(places: TreePlaces) {
    this.places = places;
  }

  async run(): Promise<void> {
    const { source, from, target, to } = this.places;
    await target.ensureDirectory(to);
    await this.directory('', await source.stat(from), await target.stat(to));
  }

  private async directory(path: string, wanted: Attributes, found: Attributes): Promise<void> {
    const { source, from, before, target, to } = this.places;
    const entries = await source.readdir(from + path);
    const keep = new Set(entries.map(({ name }) => name));
    const there = inodesOf(await target.readdir(to + path));
    const old = before === null ? noInodes : await inodesBelow(source, before + path);
    for (const name of there.keys()) {
      if (!keep.has(name)) await target.removeAll(`${to}${path}/${name}`);
    }
    await inLanes(entries, entriesAtOnce, ({ name, inode }) =>
      this.entry(`${path}/${name}`, inode, there.get(name) ?? 0, old.get(name) ?? 0),
    );
    await this.finish(path, wanted, found, entries.length > 0);
  }

  /** @param inodes in the snapshot, in the copy, and in the snapshot before; 0: there is none */
  private async entry(path: string, inode: number, there: number, old: number): Promise<void> {
    const { source, target, to } = this.places;
    const wanted = await source.attributesAt(inode);
    let found = there === 0 ? null : await target.attributesAt(there);
    if (found !== null && !(await this.isAlike(path, wanted, found))) {
      await target.removeAll(to + path);
      found = null;
    }
    const isNew = found === null;
    if (found === null) {
      await this.make(path, wanted);
      found = await target.stat(to + path, false);
    }
    if (wanted.kind === 'symlink') return;
    if (wanted.kind === 'directory') {
      await this.directory(path, wanted, found);
      return;
    }
    if (wanted.classId !== found.classId) await target.setClass(to + path, wanted.classId);
    const touched = await this.content(path, wanted, found, isNew ? 0 : old);
    await this.finish(path, wanted, found, touched);
  }

  /** Whether what is there can become what is wanted. */
  private async isAlike(path: string, wanted: Attributes, found: Attributes): Promise<boolean> {
    if (wanted.kind !== found.kind) return false;
    if (wanted.kind !== 'symlink') return true;
    const { source, from, target, to } = this.places;
    return (await source.readlink(from + path)) === (await target.readlink(to + path));
  }

  private async make(path: string, { kind, mode }: Attributes): Promise<void> {
    const { source, from, target, to } = this.places;
    if (kind === 'directory') await target.mkdir(to + path, mode);
    else if (kind === 'file') await target.create(to + path, true, mode);
    else await target.symlink(await source.readlink(from + path), to + path);
  }

  /** Length and bytes; whether anything was written. */
  private async content(
    path: string,
    wanted: Attributes,
    found: Attributes,
    old: number,
  ): Promise<boolean> {
    const { source, from } = this.places;
    const changed = await this.changedChunks(wanted, old);
    if (changed.length === 0 && wanted.sizeBytes === found.sizeBytes) return false;
    const { target, to } = this.places;
    const out = await target.open(to + path, { write: true });
    try {
      if (wanted.sizeBytes !== found.sizeBytes) await target.ftruncate(out, wanted.sizeBytes);
      if (changed.length > 0) {
        const input = await source.open(from + path, { read: true });
        try {
          for (const index of changed) {
            await this.chunk(input, out, index, wanted.sizeBytes);
            // One by one: all of a long file at once may take longer than an operation has.
            await target.fsync(out);
          }
        } finally {
          await source.close(input);
        }
      }
    } finally {
      await target.close(out);
    }
    return true;
  }

  private async changedChunks({ inode, sizeBytes }: Attributes, old: number): Promise<number[]> {
    const { source, chunkBytes } = this.places;
    const wasFile = old !== 0 && sizeBytes > 0 && (await source.attributesAt(old)).kind === 'file';
    const changed: number[] = [];
    for (let index = 0; index * chunkBytes < sizeBytes; index++) {
      const isSame =
        wasFile &&
        isSameContent(
          ...(await Promise.all([source.locate(inode, index), source.locate(old, index)])),
        );
      if (!isSame) changed.push(index);
    }
    return changed;
  }

  private async chunk(input: number, out: number, index: number, size: number): Promise<void> {
    const { source, target, chunkBytes, pace } = this.places;
    const end = Math.min((index + 1) * chunkBytes, size);
    for (let at = index * chunkBytes; at < end; ) {
      const bytes = await source.read(input, at, end - at);
      await pace.take(bytes.length);
      const written = bytes.length === 0 ? 0 : await target.write(out, at, bytes);
      // A snapshot does not shrink, and the length was set before: something is out of order.
      if (written === 0) throw new FileError('EIO', 'mirror', this.places.to, true);
      at += written;
      this.copiedBytes += written;
    }
  }

  /** Attributes, when all below is done: what is done below changes times. */
  private async finish(
    path: string,
    wanted: Attributes,
    found: Attributes,
    touched: boolean,
  ): Promise<void> {
    const { target, to } = this.places;
    await this.extended(path, wanted.inode, found.inode);
    if (path !== '' && wanted.kind === 'directory' && wanted.classId !== found.classId) {
      await target.setClass(to + path, wanted.classId);
    }
    const { mode, uid, gid, atimeUs, mtimeUs } = wanted;
    const now = touched ? await target.attributesAt(found.inode) : found;
    const same =
      (['mode', 'uid', 'gid', 'atimeUs', 'mtimeUs'] as const).every(
        (name) => now[name] === wanted[name],
      ) && !touched;
    if (!same) await target.setattr(to + path, { mode, uid, gid, atimeUs, mtimeUs });
  }

  private async extended(path: string, inode: number, copy: number): Promise<void> {
    const { source, from, target, to } = this.places;
    const all = await source.attributeNamesAt(inode);
    const names = all.filter((name) => !ownAttributes.has(name));
    const there = await target.attributeNamesAt(copy);
    for (const name of there) {
      if (!names.includes(name) && !ownAttributes.has(name)) {
        await target.setxattr(to + path, name, null);
      }
    }
    for (const name of names) {
      const value = await source.getxattr(from + path, name);
      const old = there.includes(name) ? await target.getxattr(to + path, name) : null;
      if (old === null || !isEqual(old, value)) await target.setxattr(to + path, name, value);
    }
  }
}

const noInodes: ReadonlyMap<string, number> = new Map();

function inodesOf(entries: readonly DirectoryEntry[]): ReadonlyMap<string, number> {
  return new Map(entries.map(({ name, inode }) => [name, inode]));
}

/** What a directory names; nothing when there is none. */
async function inodesBelow(
  files: RegionClient,
  path: string,
): Promise<ReadonlyMap<string, number>> {
  const found = await files.find(path);
  return found?.kind === 'directory' ? inodesOf(await files.readdir(path)) : noInodes;
}

function isSameContent(one: Located | null, other: Located | null): boolean {
  if (one === null || other === null) return one === other;
  return one.chunk === other.chunk && one.validBytes === other.validBytes;
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
