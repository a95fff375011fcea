import { FileError } from '../client/file-error.ts';
import type { RegionFacts } from '../metadata/queries.ts';
import {
  divergedPath,
  dropPath,
  epochAttribute,
  finishedPath,
  MirrorNames,
  mirrorDirectory,
  type Numbered,
  nextPath,
  snapshotPath,
  workPath,
} from './names.ts';
import type { Pace } from './pace.ts';
import { type RegionClient, refused } from './region-client.ts';
import { TreeCopy } from './tree-copy.ts';

/** A source, a target, and the epoch in which the one is shipped to the other. */
export interface Route {
  readonly source: RegionClient;
  readonly sourceFacts: RegionFacts;
  readonly target: RegionClient;
  readonly targetFacts: RegionFacts;
  readonly targetRegion: number;
  readonly epoch: number;
  /** Path of the mirrored tree. */
  readonly tree: string;
  readonly chunkBytes: number;
  readonly pace: Pace;
}

/** How a round ended. */
export interface Shipped {
  /** Everything up to this entry of the source is in the target. */
  readonly index: number;
  readonly copiedBytes: number;
  /** Whether an earlier round broke off, and this one brought it to its end. */
  readonly wasBroken: boolean;
}

/**
 * One round: a snapshot on the source becomes a finished tree on the target, and only then the source
 * hears that everything up to the snapshot's entry is there. Where an earlier round broke off is told
 * by the names on both sides: a snapshot that was begun is always finished before another is taken,
 * for the changeable copy on the target is only known to be between two of them.
 */
export async function ship(route: Route): Promise<Shipped> {
  const { source, target, epoch } = route;
  await prepareSource(route);
  await clearTarget(route);
  const snapshots = (await MirrorNames.read(source)).snapshots(epoch);
  const reached = (await MirrorNames.read(target)).finished(epoch).at(-1)?.number ?? 0;
  if (reached > 0) await advance(route, reached);
  const indexes = await Promise.all(snapshots.map(({ path }) => source.indexOfSnapshot(path)));
  const before = snapshots.find((_, at) => indexes[at] === reached) ?? null;
  const waiting = snapshots.find((_, at) => indexes[at]! > reached);
  for (const [at, { path }] of snapshots.entries()) {
    if (indexes[at]! < reached) await source.removeAll(path);
  }
  const next = waiting ?? (await takeSnapshot(route, snapshots));
  const index = await source.indexOfSnapshot(next.path);
  const copiedBytes = await bringOver(route, before, next);
  await target.snapshot(workPath(epoch), finishedPath(epoch, index)).catch(refused('EEXIST', 0));
  await advance(route, index);
  await removeOld(route, before, index);
  return { index, copiedBytes, wasBroken: waiting !== undefined };
}

async function prepareSource({ source, epoch, tree, ...route }: Route): Promise<void> {
  await source.ensureDirectory(mirrorDirectory);
  // Regions are known to masters once somebody has said something about them.
  const order = { kind: 'set-region-mode', region: route.targetRegion, epoch } as const;
  await source.order({ ...order, mode: 'standby' });
  // A promotion that was given up may come late, when the tree that was laid ready is gone again.
  if ((await source.find(tree)) === null) {
    const finished = (await MirrorNames.read(source)).newest(epoch);
    await putTree(source, tree, finished, epoch);
  }
}

/** How often a snapshot is asked for, each time up to the deadline of an operation. */
const snapshotAttempts = 4;

/**
 * Takes the next snapshot of the tree. The source holds its writers back while it is asked for, as long
 * as their leases may last, and no longer: whoever comes back after a pause finds them at work again.
 * So it is asked for once more at once, as long as there is somebody to ask.
 */
async function takeSnapshot(
  { source, epoch, tree, ...route }: Route,
  snapshots: readonly Numbered[],
): Promise<Numbered> {
  const number = (snapshots.at(-1)?.number ?? 0) + 1;
  const path = snapshotPath(epoch, number);
  for (let attempt = 1; ; attempt++) {
    try {
      await source.snapshot(tree, path).catch(refused('EEXIST', 0));
      return { path, number };
    } catch (error) {
      if (attempt === snapshotAttempts || !isHeldUp(error)) throw error;
      await source.region(route.targetRegion);
    }
  }
}

/** Whether something was in the way that goes by itself; what is under way when time is up, times out. */
function isHeldUp(error: unknown): boolean {
  return error instanceof FileError && (error.errno === 'EAGAIN' || error.errno === 'ETIMEDOUT');
}

async function bringOver(route: Route, before: Numbered | null, next: Numbered): Promise<number> {
  const { source, target, epoch, chunkBytes, pace } = route;
  const copy = new TreeCopy({
    source,
    from: next.path,
    before: before?.path ?? null,
    target,
    to: workPath(epoch),
    chunkBytes,
    pace,
  });
  await copy.run();
  return copy.copiedBytes;
}

/** Tells the source how far the target is. A watermark that is there already stays. */
async function advance({ source, targetRegion }: Route, index: number): Promise<void> {
  const { watermark } = await source.region(targetRegion);
  if (watermark >= index) return;
  const errno = await source.order({ kind: 'advance-watermark', region: targetRegion, index });
  if (errno !== null) throw new FileError(errno, 'advance-watermark', mirrorDirectory);
}

/** Snapshots and copies that the finished one replaces, and all of earlier epochs. */
async function removeOld(route: Route, before: Numbered | null, index: number): Promise<void> {
  const { source, target, epoch } = route;
  if (before !== null) await source.removeAll(before.path);
  const names = await MirrorNames.read(target);
  for (const { path, number } of names.finished(epoch)) {
    if (number < index) await target.removeAll(path);
  }
  for (const path of names.outdated(epoch)) await target.removeAll(path);
  for (const path of (await MirrorNames.read(source)).outdated(epoch)) await source.removeAll(path);
}

/**
 * Puts aside a tree that stands in the way on the target, in one step, for a late promotion must find
 * all of it or nothing. One for a later epoch was laid ready for a promotion that did not come. Any
 * other was worked on by clients: whatever it has that others never got is kept for people to look
 * at, and never merged.
 */
async function clearTarget({ target, targetFacts, tree }: Route): Promise<void> {
  await target.ensureDirectory(mirrorDirectory);
  if ((await target.find(tree)) === null) return;
  const epoch = Number(await target.textAttribute(tree, epochAttribute));
  if (epoch > targetFacts.epoch) await dropTree(target, tree, epoch);
  else await target.rename(tree, divergedPath(epoch, targetFacts.fence), true);
}

/** The tree that a promotion would go on with, or null: this side never had all of one. */
export async function newestFinished(side: RegionClient, epoch: number): Promise<Numbered | null> {
  return (await MirrorNames.read(side)).finished(epoch).at(-1) ?? null;
}

/** Moves a tree that nobody needs any more out of the way. */
export async function dropTree(side: RegionClient, tree: string, epoch: number): Promise<void> {
  if ((await side.find(tree)) === null) return;
  await side.removeAll(dropPath(epoch));
  await side.rename(tree, dropPath(epoch), true);
}

/**
 * Puts a copy of a finished tree where the mirrored one is to be, and nothing is now. Null: an empty
 * tree.
 */
export async function putTree(
  side: RegionClient,
  tree: string,
  finished: Numbered | null,
  epoch: number,
): Promise<void> {
  await side.ensureDirectory(mirrorDirectory);
  const next = nextPath(epoch);
  // What an earlier attempt left may be of an earlier tree.
  await side.removeAll(next);
  if (finished === null) await side.mkdir(next);
  else await side.clone(finished.path, next);
  const text = String(epoch);
  const value = Uint8Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  await side.setxattr(next, epochAttribute, value);
  await side.rename(next, tree, true);
}
