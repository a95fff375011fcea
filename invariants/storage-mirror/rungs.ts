import {
  type AnyRung,
  broken,
  held,
  type Outcome,
  type PlainMoment,
  premiseFalse,
  rung,
} from '../../src/index.ts';
import { storageSettingsFrom } from '../../src/systems/storage/drawn-settings.ts';
import { writerIn } from '../../src/systems/storage/metadata/cluster.ts';
import { regionFacts } from '../../src/systems/storage/metadata/queries.ts';
import type { MetadataState } from '../../src/systems/storage/metadata/state.ts';
import { sideTopology } from '../../src/systems/storage/mirror/mirrored-storage.ts';
import { whatIsBehind, whatIsMissing } from './acknowledged.ts';
import { contentFor, howItDiffers } from './content.ts';
import { isChange, type MirrorOperation, mirrorHistory } from './history.ts';
import { atTheEnd, type FrozenTree, inodeAt, masterOf, RegionsGhost } from './regions.ts';
import { epochOf, namesDiffer, PromisedBytes, slotsDiffer, treeAt } from './trees.ts';

const mirroredName = 'shared';
const ghost = (): RegionsGhost => new RegionsGhost();

export const nobodyElseWrites = rung<PlainMoment, Map<string, number>>({
  id: 'SM1',
  title: 'one kind of writer',
  statement:
    'When the mode of a region is set, the sessions of whoever may no longer write there end in the same entry.',
  source: 'Ousterhout et al., RAMCloud 2015 (zombies); GitHub, October 21 2018 incident analysis',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['step'],
  /** What was applied when a life was looked at last: sessions change by entries alone. */
  ghost: () => new Map(),
  check(moment, seen) {
    const master = masterOf(moment);
    if (master === undefined) return premiseFalse;
    const { side, state } = master;
    const life = `${moment.node}/${moment.incarnation}`;
    if (seen.get(life) === state.applied) return premiseFalse;
    seen.set(life, state.applied);
    const { mode, fence } = regionFacts(state, side + 1);
    if (fence === 0) return premiseFalse;
    for (const session of state.sessions.keys()) {
      const { role } = state.sessions.get(session)!;
      if (session > fence || role === writerIn(mode)) continue;
      return broken({ nodes: [moment.node], values: { session, role, mode, fence } });
    }
    return held;
  },
});

export const copiesAreTrue = rung<PlainMoment, RegionsGhost>({
  id: 'SM2',
  title: 'true copies',
  statement:
    'A finished tree has the names, kinds, modes, lengths, times and bytes of the snapshot at its index.',
  source: 'Patterson et al., SnapMirror, FAST 2002',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['step'],
  ghost,
  check(moment, regions) {
    const news = regions.look(moment);
    if (news === null || news.finished.length === 0) return premiseFalse;
    const source = news.side === 0 ? 1 : 0;
    for (const found of news.finished) {
      const wanted = regions.sides[source].snapshots.get(found.index);
      if (wanted === undefined) {
        return broken({ nodes: [moment.node], values: { index: found.index, snapshot: 'none' } });
      }
      const differs =
        namesDiffer(wanted.tree, found.tree) ?? bytesDiffer(moment, wanted, found, source);
      if (differs !== undefined) {
        return broken({ nodes: [moment.node], values: { index: found.index, differs } });
      }
    }
    return held;
  },
});

function bytesDiffer(
  { world, config }: PlainMoment,
  wanted: FrozenTree,
  found: FrozenTree,
  source: 0 | 1,
): string | undefined {
  const { blockBytes, chunkBytes } = storageSettingsFrom(config);
  const { nodes, firstServer } = sideTopology(config);
  const bytesOf = (side: number): PromisedBytes => {
    const servers = Array.from(
      { length: nodes - firstServer },
      (_, at) => side * nodes + firstServer + at,
    );
    return new PromisedBytes(world, servers, blockBytes);
  };
  const [there, here] = [bytesOf(source), bytesOf(1 - source)];
  for (const [path, node] of wanted.tree) {
    if (node.kind !== 'file') continue;
    const one = there.of(node, chunkBytes);
    const other = here.of(found.tree.get(path)!, chunkBytes);
    if (one === undefined || other === undefined) return `${path}: a chunk is on no disk`;
    const at = one.findIndex((byte, offset) => byte !== other[offset]);
    if (at >= 0) return `${path}: byte ${at} is ${one[at]}, in the copy ${other[at]}`;
  }
  return undefined;
}

export const watermarkIsTrue = rung<PlainMoment, RegionsGhost>({
  id: 'SM3',
  title: 'true watermark',
  statement:
    'A watermark never goes back, and up to it everything is finished in the other region.',
  source: 'PostgreSQL, replication slots (confirmed_flush_lsn); issue 7',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['step'],
  ghost,
  check(moment, regions) {
    const news = regions.look(moment);
    if (news === null) return premiseFalse;
    if (news.wentBack) return broken({ nodes: [moment.node], values: { watermark: 'went back' } });
    const { watermark } = news;
    if (watermark === null) return premiseFalse;
    const other = regions.sides[news.side === 0 ? 1 : 0];
    const isThere = [...other.finished.values()].some(({ index }) => index === watermark);
    if (isThere) return held;
    const finished = [...other.finished.keys()].join(' ');
    return broken({ nodes: [moment.node], values: { watermark, finished } });
  },
});

export const promotedHasAll = rung<PlainMoment, RegionsGhost>({
  id: 'SM4',
  title: 'nothing before the watermark is lost',
  statement:
    'A region that is promoted begins with the last tree that it finished, and so with what was acknowledged in the other one up to the watermark: what was written is there, what was deleted is not.',
  source: 'minio#9931, seaweedfs#7102; garage internals, tombstones; issue 7',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['step'],
  ghost,
  check(moment, regions) {
    const news = regions.look(moment);
    if (news?.transition?.mode !== 'active' || news.transition.epoch < 2) return premiseFalse;
    const { side, state, transition } = news;
    const source = side === 0 ? 1 : 0;
    const root = inodeAt(state, mirroredName);
    const from = [...regions.sides[side].finished.values()].filter(
      ({ epoch }) => epoch === transition.epoch - 1,
    );
    const index = Math.max(0, ...from.map((one) => one.index));
    const { watermark } = regions.sides[source];
    // The mirror may have finished more than it told, never less.
    const values = { region: side + 1, epoch: transition.epoch, index, watermark };
    // Watermarks of earlier epochs are of earlier roles.
    if (root === 0 || index === 0 || watermark > index)
      return broken({ nodes: [moment.node], values });
    // What began when the snapshot was there already cannot have changed it.
    const { operations } = mirrorHistory(moment.history);
    const before = operations.slice(0, regions.sides[source].snapshots.get(index)?.begun);
    const tree = treeAt(state, root);
    const copy = regions.sides[side].finished.get(`${transition.epoch - 1}-${index}`);
    // Entries of clients may have been applied in the same step, behind the one that let them in.
    const isFirst = copy !== undefined && state.applied === transition.fence;
    const missing =
      (isFirst ? (namesDiffer(copy.tree, tree) ?? slotsDiffer(copy.tree, tree)) : undefined) ??
      whatIsMissing(before, tree, source, index);
    if (missing === null) return held;
    return broken({ nodes: [moment.node], values: { ...values, missing } });
  },
});

export const onlyInActive = rung<PlainMoment, RegionsGhost>({
  id: 'SM5',
  title: 'clients write in the active region',
  statement:
    'No change of a client is acknowledged by a region at an index at which it is not active.',
  source: 'issue 7; GitHub, October 21 2018 incident analysis',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['step', 'end'],
  ghost,
  check: atTheEnd((moment, regions) => {
    let outcome: Outcome = premiseFalse;
    for (const operation of mirrorHistory(moment.history).operations) {
      if (operation.outcome !== 'ok' || !isChange(operation)) continue;
      for (const index of operation.indexes) {
        const { transitions } = regions.sides[operation.side];
        const at = transitions.findLast(({ fence }) => fence <= index);
        if (at !== undefined && at.mode !== 'active') {
          const { path, side } = operation;
          return broken({ nodes: [], values: { path, region: side + 1, index, fence: at.fence } });
        }
        if (at !== undefined && at.epoch > 1) outcome = held;
      }
    }
    return outcome;
  }),
});

export const turnsBack = rung<PlainMoment, RegionsGhost>({
  id: 'SM6',
  title: 'failback ends',
  statement:
    'When all is healed, the first region is active, the second stands by in the same epoch, and has a finished tree of it.',
  source: 'issue 7',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['step', 'end'],
  ghost,
  check: atTheEnd((_, regions) => {
    const [home, away] = regions.sides;
    const [one, other] = [home.transitions.at(-1), away.transitions.at(-1)];
    const finished = [...away.finished.values()].some(({ epoch }) => epoch === one?.epoch);
    const isSo = one?.mode === 'active' && other?.mode === 'standby' && one.epoch === other.epoch;
    if (isSo && finished) return held;
    const text = (at: typeof one): string => `${at?.mode} in epoch ${at?.epoch}`;
    return broken({ nodes: [], values: { home: text(one), away: text(other), finished } });
  }),
});

export const keptAside = rung<PlainMoment, RegionsGhost>({
  id: 'SM7',
  title: 'what diverged is kept',
  statement:
    'What a region acknowledged and the promoted one never got is kept aside in the region that has it.',
  source: 'issue 7; GitHub, October 21 2018 incident analysis',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['step', 'end'],
  ghost,
  check: atTheEnd((moment, regions) => {
    let outcome: Outcome = premiseFalse;
    const { operations } = mirrorHistory(moment.history);
    for (const side of [0, 1] as const) {
      const state = newestTables(moment, side);
      const { transitions } = regions.sides[side];
      for (const [at, ended] of transitions.entries()) {
        const begun = transitions[at - 1];
        if (!state || begun?.mode !== 'active' || ended.mode !== 'standby') continue;
        const reached = regions.reachedBy(side === 0 ? 1 : 0, ended.epoch);
        if (reached === undefined) continue;
        const values = { region: side + 1, epoch: begun.epoch, reached, fence: ended.fence };
        // What is asked of the other region changes nothing in this one, nor what began behind the fence.
        const own = operations.slice(0, ended.begun).filter((one) => one.side === side);
        const root = keptOf(state, begun.epoch, ended.fence);
        const missing =
          root === 0
            ? whatIsBehind(own, side, reached, ended.fence)
            : whatIsMissing(own, treeAt(state, root), side, ended.fence);
        if (missing !== null) return broken({ nodes: [], values: { ...values, missing } });
        if (root !== 0) outcome = held;
      }
    }
    return outcome;
  }),
});

export const readsFindWhatWasWritten = rung<PlainMoment, RegionsGhost>({
  id: 'SM8',
  title: 'reads find what was written',
  statement:
    'A client finds in its file what it was told of its changes, but for those that the region which serves it now was promoted without.',
  source: 'Jepsen, MongoDB 3.4.0-rc3 (rollbacks after a failover); issue 7',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['step', 'end'],
  ghost,
  check: atTheEnd((moment, regions) => {
    let outcome: Outcome = premiseFalse;
    const byPath = new Map<string, MirrorOperation[]>();
    for (const operation of mirrorHistory(moment.history).operations) {
      const { path, does, side } = operation;
      const before = byPath.get(path) ?? [];
      byPath.set(path, before);
      if (does === 'read' && operation.outcome === 'ok') {
        const wanted = contentFor(regions, before, operation);
        const differs = wanted === undefined ? null : howItDiffers(wanted, operation.found);
        if (differs !== null) {
          const values = { path, region: side + 1, index: operation.lastSeen, differs };
          return broken({ nodes: [], values });
        }
        if (wanted !== undefined) outcome = held;
      }
      before.push(operation);
    }
    return outcome;
  }),
});

/** The tree of a region's epoch, put aside or still where it was; 0: there is none. */
function keptOf(state: MetadataState, epoch: number, fence: number): number {
  const aside = inodeAt(state, '.mirror', `diverged-${epoch}-${fence}`);
  if (aside !== 0) return aside;
  const root = inodeAt(state, mirroredName);
  return root !== 0 && epochOf(state, root) === epoch ? root : 0;
}

function newestTables({ world, config }: PlainMoment, side: 0 | 1) {
  const { nodes, masters } = sideTopology(config);
  let newest: ReturnType<typeof masterOf>;
  for (let at = side * nodes; at < side * nodes + masters; at++) {
    const found = masterOf({ world, config, node: at, state: world.state(at) } as PlainMoment);
    if (found !== undefined && found.state.applied > (newest?.state.applied ?? -1)) newest = found;
  }
  return newest?.state;
}

export const mirrorRungs: readonly AnyRung<PlainMoment>[] = [
  nobodyElseWrites,
  copiesAreTrue,
  watermarkIsTrue,
  promotedHasAll,
  onlyInActive,
  turnsBack,
  keptAside,
  readsFindWhatWasWritten,
];
