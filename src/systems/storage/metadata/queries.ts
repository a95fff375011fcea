import type { StorageClass } from '../placement/storage-class.ts';
import { conflictingLock } from './range-locks.ts';
import type { Inode, RangeLock, RegionMode, Trashed } from './rows.ts';
import type { MetadataState } from './state.ts';

/** What stat(2) tells. */
export interface Attributes {
  readonly inode: number;
  readonly kind: Inode['kind'];
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly links: number;
  readonly sizeBytes: number;
  readonly atimeUs: number;
  readonly mtimeUs: number;
  readonly ctimeUs: number;
  readonly classId: number;
  readonly frozen: boolean;
}

/** Where a chunk of a file is read. */
export interface Location {
  readonly chunk: number;
  readonly version: number;
  readonly generation: number;
  readonly members: readonly number[];
  readonly storageClass: StorageClass;
  /** Content; what lies behind reads as zeros. */
  readonly validBytes: number;
  /** Replicas may differ: the leader must recover the chunk before it is read. */
  readonly unsettled: boolean;
}

/** What masters know of a region. */
export interface RegionFacts {
  readonly mode: RegionMode;
  readonly fence: number;
  readonly epoch: number;
  readonly watermark: number;
}

/** A region that nobody has said anything about is active, in the epoch before the first. */
export function regionFacts(state: MetadataState, region: number): RegionFacts {
  return state.regions.get(region) ?? { mode: 'active', fence: 0, epoch: 0, watermark: 0 };
}

/** The inode of a name, or null. */
export function lookup(state: MetadataState, parent: number, name: string): number | null {
  return state.dentries.get(parent, name)?.inode ?? null;
}

/** Null when the inode does not exist. */
export function attributes(state: MetadataState, inode: number): Attributes | null {
  const row = state.inodes.get(inode);
  if (row === undefined) return null;
  const { kind, mode, uid, gid, sizeBytes, atimeUs, mtimeUs, ctimeUs, classId, frozen } = row;
  const links = kind === 'directory' ? 2 + row.subdirectories : row.parents.length;
  return {
    inode,
    kind,
    mode,
    uid,
    gid,
    links,
    sizeBytes,
    atimeUs,
    mtimeUs,
    ctimeUs,
    classId,
    frozen,
  };
}

/** The names in a directory behind `after` ('' for the first), in the order of their units. */
export function readDirectory(
  state: MetadataState,
  directory: number,
  after: string,
  most: number,
): readonly { readonly name: string; readonly inode: number }[] {
  return state.sortedNames.page(directory, after, most).map((name) => ({
    name,
    inode: state.dentries.get(directory, name)!.inode,
  }));
}

/** A file that was removed and can come back, with the place that it had last. */
export interface TrashedFile extends Readonly<Trashed> {
  readonly inode: number;
}

/** The files in the trash behind `after` (0 for the first), in the order of their inodes. */
export function readTrash(
  state: MetadataState,
  after: number,
  most: number,
): readonly TrashedFile[] {
  return state.sortedTrash
    .page(0, after, most)
    .map((inode) => ({ inode, ...state.trash.get(inode)! }));
}

/** Where the chunk at an index of a file is, or null for a hole. */
export function locate(state: MetadataState, inode: number, index: number): Location | null {
  const slot = state.slots.get(inode, index);
  if (slot === undefined || slot.chunk === 0) return null;
  const row = state.chunks.get(slot.chunk)!;
  const { version, generation, members, unsettled } = row;
  const storageClass = state.classes.get(row.classId)!;
  const { chunk, validBytes } = slot;
  return { chunk, version, generation, members, storageClass, validBytes, unsettled };
}

/** The lock that stands in the way of another one (F_GETLK), or null. */
export function testLock(
  state: MetadataState,
  inode: number,
  style: 'posix' | 'flock',
  wanted: RangeLock,
): RangeLock | null {
  return conflictingLock(state.locks.get(inode)?.[style] ?? [], wanted);
}
