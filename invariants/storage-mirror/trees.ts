import type { WorldView } from '../../src/index.ts';
import {
  type FragmentOnDisk,
  fragmentsOnDisk,
} from '../../src/systems/storage/chunkserver/disk-image.ts';
import { snapshotIndexAttribute } from '../../src/systems/storage/metadata/snapshots.ts';
import type { MetadataState } from '../../src/systems/storage/metadata/state.ts';
import { epochAttribute } from '../../src/systems/storage/mirror/names.ts';

/** A piece of a file; chunk 0 is a hole. */
export interface TreeSlot {
  readonly chunk: number;
  readonly validBytes: number;
}

/** A file, a directory or a link of a tree, as it is found in the tables. */
export interface TreeNode {
  readonly kind: string;
  readonly mode: number;
  readonly sizeBytes: number;
  /** 0 for directories, whose times and lengths are not content. */
  readonly mtimeUs: number;
  readonly target: string;
  readonly slots: ReadonlyMap<number, TreeSlot>;
}

/** By path below the root of the tree, which is ''. */
export type Tree = ReadonlyMap<string, TreeNode>;

/** Reads a tree out of the tables. */
export function treeAt(state: MetadataState, root: number): Tree {
  const tree = new Map<string, TreeNode>();
  const visit = (path: string, inode: number): void => {
    const { kind, mode, sizeBytes, mtimeUs, target } = state.inodes.get(inode)!;
    const slots = new Map<number, TreeSlot>();
    for (const index of state.slots.keys(inode)) {
      const { chunk, validBytes } = state.slots.get(inode, index)!;
      slots.set(index, { chunk, validBytes });
    }
    const time = kind === 'file' ? mtimeUs : 0;
    tree.set(path, { kind, mode, sizeBytes, mtimeUs: time, target, slots });
    for (const name of state.dentries.keys(inode)) {
      visit(`${path}/${name}`, state.dentries.get(inode, name)!.inode);
    }
  };
  visit('', root);
  return tree;
}

/** The index that a snapshot says it is of; 0: none. */
export function indexOfSnapshot(state: MetadataState, root: number): number {
  const value = state.attributes.get(root, snapshotIndexAttribute)?.value;
  return value === undefined ? 0 : Number(String.fromCharCode(...value));
}

/** The epoch for which a mirrored tree was put where it is; 0: it does not say. */
export function epochOf(state: MetadataState, root: number): number {
  const value = state.attributes.get(root, epochAttribute)?.value;
  return value === undefined ? 0 : Number(String.fromCharCode(...value));
}

/** What two trees say differently about names, kinds, modes, lengths, times and links. */
export function namesDiffer(wanted: Tree, found: Tree): string | undefined {
  for (const [path, one] of wanted) {
    const other = found.get(path);
    if (other === undefined) return `${path || '/'} is missing`;
    const differs = (['kind', 'mode', 'sizeBytes', 'mtimeUs', 'target'] as const).find(
      (name) => (path !== '' || name !== 'mode') && one[name] !== other[name],
    );
    if (differs !== undefined)
      return `${path || '/'}: ${differs} ${one[differs]}, ${other[differs]}`;
  }
  for (const path of found.keys()) if (!wanted.has(path)) return `${path} should not be there`;
  return undefined;
}

/** The first file of two trees of one region, alike in names, that is not made of the same chunks. */
export function slotsDiffer(wanted: Tree, found: Tree): string | undefined {
  for (const [path, { slots }] of wanted) {
    const others = found.get(path)!.slots;
    if (slots.size !== others.size) return `${path}: ${slots.size} chunks, ${others.size}`;
    for (const [index, { chunk, validBytes }] of slots) {
      const other = others.get(index);
      if (other?.chunk !== chunk || other.validBytes !== validBytes) {
        return `${path}: chunk ${chunk} with ${validBytes} bytes, ${other?.chunk} with ${other?.validBytes}`;
      }
    }
  }
  return undefined;
}

/** Bytes of files as the disks of one cluster have promised them. */
export class PromisedBytes {
  private readonly world: WorldView;
  private readonly nodes: readonly number[];
  private readonly blockBytes: number;
  private newest: Map<number, FragmentOnDisk> | null = null;

  constructor(world: WorldView, nodes: readonly number[], blockBytes: number) {
    this.world = world;
    this.nodes = nodes;
    this.blockBytes = blockBytes;
  }

  /** The replica of each chunk that has got furthest. */
  private replicas(): Map<number, FragmentOnDisk> {
    if (this.newest !== null) return this.newest;
    this.newest = new Map();
    for (const node of this.nodes) {
      const disk = this.world.disk(node);
      const image = {
        names: () => disk.promisedFiles(),
        bytes: (file: string) => disk.promisedBytes(file),
      };
      for (const fragment of fragmentsOnDisk(image, this.blockBytes)) {
        const other = this.newest.get(fragment.chunk);
        if (fragment.intact && (other === undefined || isFurther(fragment, other))) {
          this.newest.set(fragment.chunk, fragment);
        }
      }
    }
    return this.newest;
  }

  /** Content of a file; undefined when a chunk of it is nowhere. */
  of({ sizeBytes, slots }: TreeNode, chunkBytes: number): Uint8Array | undefined {
    const content = new Uint8Array(sizeBytes);
    for (const [index, { chunk, validBytes }] of slots) {
      if (chunk === 0) continue;
      const fragment = this.replicas().get(chunk);
      if (fragment === undefined) return undefined;
      for (const [block, { bytes }] of fragment.blocks.entries()) {
        const from = block * this.blockBytes;
        const count = Math.min(
          bytes.length,
          validBytes - from,
          sizeBytes - index * chunkBytes - from,
        );
        if (count > 0) content.set(bytes.subarray(0, count), index * chunkBytes + from);
      }
    }
    return content;
  }
}

function isFurther(one: FragmentOnDisk, other: FragmentOnDisk): boolean {
  return (
    (one.version - other.version ||
      one.lastFence - other.lastFence ||
      one.lastSequence - other.lastSequence) > 0
  );
}
