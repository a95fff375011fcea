import type { DiskLoss, WorldView } from '../../sim/system-definition.ts';
import { RaftNode } from '../raft/driver.ts';
import { type FragmentOnDisk, fragmentsOnDisk } from './chunkserver/disk-image.ts';
import { fragmentDirectory, parseFragmentFile } from './chunkserver/sums-format.ts';
import { partAt } from './metadata/chunk-life.ts';
import type { Chunk } from './metadata/rows.ts';
import type { MetadataState } from './metadata/state.ts';
import { neededParts, type StorageClass } from './placement/storage-class.ts';
import { isPromised } from './promise.ts';

/** Fragments that belong together: of the committed version, of a grant, of a change of code. */
export interface Stripe {
  readonly chunk: number;
  readonly storageClass: StorageClass;
  readonly version: number;
  /** The oldest version of a replica that serves: see `serves`. */
  readonly leastVersion: number;
  readonly generation: number;
  /** Servers by position, 0 where there is none. */
  readonly members: readonly number[];
}

/** All sets of fragments of a chunk that somebody may read, now or soon; the committed one first. */
export function stripesOf(state: MetadataState, chunk: number, row: Readonly<Chunk>): Stripe[] {
  const { version, generation, members, grant, conversion } = row;
  const storageClass = state.classes.get(row.classId)!;
  const stripes: Stripe[] = [];
  // New members are committed first and told afterwards: until a writer has let go in order, or a
  // recovery has ended, those that count may not have heard of their version yet.
  const isOpen = grant?.open === true || row.unsettled;
  const leastVersion = isOpen ? 1 : version;
  const committed = { chunk, storageClass, version, leastVersion, generation, members };
  if (version > 0) stripes.push(committed);
  if (grant !== null && grant.version !== version) {
    const { version: next, members: granted } = grant;
    stripes.push({ ...committed, version: next, leastVersion: next, members: granted });
  }
  if (conversion !== null) {
    const converted = state.classes.get(conversion.classId)!;
    const { generation: next, members: targets } = conversion;
    stripes.push({
      ...committed,
      storageClass: converted,
      leastVersion: version,
      generation: next,
      members: targets,
    });
  }
  return stripes;
}

/**
 * Whether a fragment that is intact serves for a position of a stripe. A replica of a later version
 * has all that the version of the stripe has: versions pass on the bytes.
 */
export function serves(
  stripe: Stripe,
  position: number,
  fragment: Pick<FragmentOnDisk, 'chunk' | 'version' | 'generation' | 'part'>,
): boolean {
  const { storageClass, version } = stripe;
  if (fragment.chunk !== stripe.chunk || fragment.generation !== stripe.generation) return false;
  if (fragment.part !== partAt(storageClass, position)) return false;
  const { kind } = storageClass.redundancy;
  if (kind === 'erasure') return fragment.version === version;
  return fragment.version >= stripe.leastVersion;
}

/**
 * What lies on the disks of chunkservers, damage included, read when it is asked for: as a power loss
 * now would leave them, or as whoever reads them now finds them.
 */
export class DisksNow {
  private readonly world: WorldView;
  private readonly blockBytes: number;
  private readonly image: 'actual' | 'cached';
  private readonly read: Map<number, readonly FragmentOnDisk[]> = new Map();

  constructor(world: WorldView, blockBytes: number, image: 'actual' | 'cached' = 'actual') {
    this.world = world;
    this.blockBytes = blockBytes;
    this.image = image;
  }

  /** All fragments on a node's disk. */
  of(node: number): readonly FragmentOnDisk[] {
    let found = this.read.get(node);
    if (found === undefined) {
      const disk = this.world.disk(node);
      const actual = {
        names: () => disk.actualFiles(),
        bytes: (file: string) => disk.actualBytes(file),
      };
      const cached = {
        names: () => disk.cachedFiles(),
        bytes: (file: string) => {
          const images = disk.images(file);
          return images?.cached.subarray(0, images.cachedLength);
        },
      };
      found = fragmentsOnDisk(this.image === 'actual' ? actual : cached, this.blockBytes);
      this.read.set(node, found);
    }
    return found;
  }

  /** Positions of a stripe whose fragments are there and intact. */
  intact(stripe: Stripe, without: (node: number) => boolean = nobody): number {
    return stripe.members.length - this.gone(stripe, without).length;
  }

  /** Servers of all other positions; 0 for those on no server. */
  gone(stripe: Stripe, without: (node: number) => boolean = nobody): readonly number[] {
    return stripe.members.filter((server, position) => {
      const node = server - 1;
      if (server === 0 || without(node)) return true;
      return !this.of(node).some((one) => one.intact && serves(stripe, position, one));
    });
  }
}

function nobody(): boolean {
  return false;
}

/** The metadata of the master that has applied most; undefined while none is up. */
function newestMetadata(world: WorldView): MetadataState | undefined {
  let newest: MetadataState | undefined;
  for (let node = 0; node < world.serverCount; node++) {
    const state = world.state(node);
    if (!(state instanceof RaftNode) || state.phase !== 'running') continue;
    const metadata = (state.machine as { readonly state: MetadataState }).state;
    if (newest === undefined || metadata.applied > newest.applied) newest = metadata;
  }
  return newest;
}

/**
 * Why a loss on chunkservers would leave too little of some chunk: fewer intact fragments than it
 * takes to read it. Whatever is lost within that, the system must bear, and mend. So must it bear
 * what the class of a chunk promises, wherever its parts have come to lie: who has put all of them
 * into one zone has no claim to be spared the loss of that zone.
 */
export function lossRefusal(world: WorldView, losses: readonly DiskLoss[]): string | undefined {
  const ofServers = losses.filter(({ node }) => !isMaster(world, node));
  if (ofServers.length === 0) return undefined;
  const state = newestMetadata(world);
  if (state === undefined) return 'no master is up that could say what is kept elsewhere';
  const { blockBytes } = state.settings;
  // What the journal has still, and only a name keeps from being gone, is not what is read.
  const views = [new DisksNow(world, blockBytes), new DisksNow(world, blockBytes, 'cached')];
  for (const chunk of chunksOn(state, ofServers)) {
    const row = state.chunks.get(chunk)!;
    for (const stripe of stripesOf(state, chunk, row)) {
      const needed = neededParts(stripe.storageClass.redundancy);
      const isLost = (node: number): boolean => ofServers.some((loss) => loss.node === node);
      for (const disks of views) {
        // What is not readable anyway is not lost by this: parts of a stripe that is being written.
        if (disks.intact(stripe) < needed) continue;
        const gone = disks.gone(stripe, isLost);
        if (stripe.members.length - gone.length >= needed || isPromised(state, row, gone)) continue;
        return `fewer than ${needed} intact fragments of chunk ${chunk} would be left`;
      }
    }
  }
  return undefined;
}

function isMaster(world: WorldView, node: number): boolean {
  return world.component(node).name !== 'chunkserver';
}

/** The chunks of which such a loss takes a fragment, or may take one. */
function chunksOn(state: MetadataState, losses: readonly DiskLoss[]): number[] {
  const chunks: number[] = [];
  for (const chunk of state.chunks.keys()) {
    const row = state.chunks.get(chunk)!;
    const stripes = stripesOf(state, chunk, row);
    const isHit = losses.some(({ node, file }) => {
      const only = file === undefined ? 0 : chunkOfFile(file);
      if (only !== 0 && only !== chunk) return false;
      return stripes.some(({ members }) => members.includes(node + 1));
    });
    if (isHit) chunks.push(chunk);
  }
  return chunks;
}

/** The chunk that a file belongs to; 0: any, for a damaged journal may lose all. */
function chunkOfFile(file: string): number {
  if (!file.startsWith(`${fragmentDirectory}/`)) return 0;
  return parseFragmentFile(file.slice(fragmentDirectory.length + 1))?.chunk ?? 0;
}
