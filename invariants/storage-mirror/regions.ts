import { type Outcome, type PlainMoment, premiseFalse } from '../../src/index.ts';
import { RaftNode } from '../../src/systems/raft/driver.ts';
import { regionFacts } from '../../src/systems/storage/metadata/queries.ts';
import type { RegionMode } from '../../src/systems/storage/metadata/rows.ts';
import { type MetadataState, rootInode } from '../../src/systems/storage/metadata/state.ts';
import { mirroredPlaceOf } from '../../src/systems/storage/mirror/mirrored-storage.ts';
import { mirrorHistory } from './history.ts';
import { indexOfSnapshot, type Tree, treeAt } from './trees.ts';

/** The tables of a master that stepped. */
export interface MasterLook {
  readonly side: 0 | 1;
  readonly state: MetadataState;
}

/** The master that stepped, or undefined when it was something else, or it has not read its disk yet. */
export function masterOf({ node, state, config }: PlainMoment): MasterLook | undefined {
  if (!(state instanceof RaftNode) || state.phase !== 'running') return undefined;
  const { side } = mirroredPlaceOf(config, node);
  if (side === 2) return undefined;
  const { state: metadata } = state.machine as { readonly state: MetadataState };
  return { side, state: metadata };
}

/** The inode of a path of names; 0: nothing is there. */
export function inodeAt(state: MetadataState, ...names: readonly string[]): number {
  let inode = rootInode;
  for (const name of names) {
    inode = state.dentries.get(inode, name)?.inode ?? 0;
    if (inode === 0) return 0;
  }
  return inode;
}

/** A change of who may write in a region. */
export interface Transition {
  /** Index of its entry. */
  readonly fence: number;
  readonly mode: RegionMode;
  readonly epoch: number;
  /** How many operations of clients had begun when it was seen: all others are behind it in the log. */
  readonly begun: number;
}

/** A frozen tree of the mirror, at its first appearance in any master's tables. */
export interface FrozenTree {
  readonly epoch: number;
  /** Index of the source's entry that it is of. */
  readonly index: number;
  readonly tree: Tree;
  /** How many operations of clients had begun when it was seen: all others are behind it in the log. */
  readonly begun: number;
}

/** One cluster, as its masters have shown it so far. */
export interface RegionGhost {
  /** In the order of their entries. */
  readonly transitions: Transition[];
  /** By index: what the region was the source of. */
  readonly snapshots: Map<number, FrozenTree>;
  /** By epoch and index: copies that the region has finished. */
  readonly finished: Map<string, FrozenTree>;
  /** How far the other region is, by what the masters here were told. */
  watermark: number;
  applied: number;
}

function newRegion(): RegionGhost {
  return { transitions: [], snapshots: new Map(), finished: new Map(), watermark: 0, applied: 0 };
}

/** What a step of a master brought to light for the first time. */
export interface News {
  readonly side: 0 | 1;
  readonly state: MetadataState;
  transition: Transition | null;
  readonly finished: FrozenTree[];
  watermark: number | null;
  /** The newest tables of a region say less than older ones did. */
  wentBack: boolean;
}

/** Both clusters; each rung keeps its own, so that none depends on the others. */
export class RegionsGhost {
  readonly sides: readonly [RegionGhost, RegionGhost] = [newRegion(), newRegion()];
  private readonly seen: Map<string, number> = new Map();

  /** Null when nothing was applied. */
  look(moment: PlainMoment): News | null {
    const master = masterOf(moment);
    if (master === undefined) return null;
    const { side, state } = master;
    const life = `${moment.node}/${moment.incarnation}`;
    if (this.seen.get(life) === state.applied) return null;
    this.seen.set(life, state.applied);
    const region = this.sides[side];
    const news: News = {
      ...{ side, state, transition: null, finished: [], watermark: null, wentBack: false },
    };
    const begun = mirrorHistory(moment.history).length;
    this.transitions(region, news, begun);
    this.trees(region, news, begun);
    const { watermark } = regionFacts(state, 2 - side);
    if (watermark > region.watermark) {
      region.watermark = watermark;
      news.watermark = watermark;
    } else if (watermark < region.watermark && state.applied > region.applied) {
      news.wentBack = true;
    }
    region.applied = Math.max(region.applied, state.applied);
    return news;
  }

  /**
   * Up to which index of the other region a region had everything when it was promoted to an epoch;
   * undefined: it was not.
   */
  reachedBy(side: 0 | 1, epoch: number): number | undefined {
    const { transitions, finished } = this.sides[side];
    if (!transitions.some((one) => one.mode === 'active' && one.epoch === epoch)) return undefined;
    const of = [...finished.values()].filter((one) => one.epoch === epoch - 1);
    return Math.max(0, ...of.map(({ index }) => index));
  }

  private transitions({ transitions }: RegionGhost, news: News, begun: number): void {
    const { fence, mode, epoch } = regionFacts(news.state, news.side + 1);
    if (fence <= (transitions.at(-1)?.fence ?? 0)) return;
    news.transition = { fence, mode, epoch, begun };
    transitions.push(news.transition);
  }

  private trees(region: RegionGhost, news: News, begun: number): void {
    const { state } = news;
    const directory = inodeAt(state, '.mirror');
    if (directory === 0) return;
    for (const name of state.dentries.keys(directory)) {
      const [kind, of, number] = name.split('-');
      const epoch = Number(of);
      const root = state.dentries.get(directory, name)!.inode;
      if (kind === 'snap') {
        const index = indexOfSnapshot(state, root);
        if (region.snapshots.has(index)) continue;
        region.snapshots.set(index, { epoch, index, tree: treeAt(state, root), begun });
      } else if (kind === 'done') {
        const key = `${epoch}-${number}`;
        if (region.finished.has(key)) continue;
        const found = { epoch, index: Number(number), tree: treeAt(state, root), begun };
        region.finished.set(key, found);
        news.finished.push(found);
      }
    }
  }
}

type Judge = (moment: PlainMoment, regions: RegionsGhost) => Outcome;

/** Follows the regions step by step, and judges when all steps are done. */
export function atTheEnd(judge: Judge): Judge {
  return (moment, regions) => {
    if (moment.node < 0) return judge(moment, regions);
    regions.look(moment);
    return premiseFalse;
  };
}
