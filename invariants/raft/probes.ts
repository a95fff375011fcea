import { probe } from '../../src/index.ts';
import type { RaftMoment } from './moment.ts';

const twoLeaders = probe<RaftMoment>({
  name: 'two nodes believe they lead',
  watches: ['won'],
  seen({ node, facts }) {
    return facts.nodes.some(
      ({ index, view }) =>
        index !== node && view.role === 'leader' && facts.world.status(index) !== 'down',
    );
  },
});

/** Remembers, by node, that a life began from a cache that no sync had made durable. */
const cacheThenPower = probe<RaftMoment, Set<number>>({
  name: 'killed then recovered from cache then power lost',
  watches: ['crashed', 'recovered'],
  ghost: () => new Set(),
  seen({ node, own, after, before }, fromCache) {
    if (before !== after) {
      if (after.phase === 'running' && own.lastEnd === 'killed') fromCache.add(node);
      return false;
    }
    const isSeen = own.lastEnd === 'power-lost' && fromCache.has(node);
    fromCache.delete(node);
    return isSeen;
  },
});

const crashInRecovery = probe<RaftMoment>({
  name: 'crash during recovery',
  watches: ['crashed'],
  seen: ({ own }) => own.diedRecovering,
});

const allDown = probe<RaftMoment, { wereAllDown: boolean }>({
  name: 'whole cluster down at once and back',
  watches: ['crashed', 'recovered'],
  ghost: () => ({ wereAllDown: false }),
  seen({ facts, before, after }, memory) {
    const { world, nodes } = facts;
    if (before === after) {
      // The node that is crashing counts as down already.
      memory.wereAllDown ||= nodes.every(({ index }) => world.status(index) === 'down');
      return false;
    }
    const isBack = nodes.filter(({ running }) => running).length * 2 > nodes.length;
    if (!memory.wereAllDown || !isBack) return false;
    memory.wereAllDown = false;
    return true;
  },
});

const majorityHealed = probe<RaftMoment, { coreSinceUs: number; hadNone: boolean }>({
  name: 'majority partition healed',
  watches: ['pulse'],
  ghost: () => ({ coreSinceUs: -1, hadNone: false }),
  seen({ facts }, memory) {
    const { world, nodes } = facts;
    const canMeet = nodes.some(({ index }) => reaches(facts, index) * 2 > nodes.length);
    const allUp = nodes.every(({ index }) => world.status(index) === 'up');
    if (!canMeet && allUp) memory.hadNone = true;
    if (!canMeet || !memory.hadNone) return false;
    memory.hadNone = false;
    return true;
  },
});

/** How many nodes a node can talk to both ways, itself included. */
function reaches({ world, nodes }: RaftMoment['facts'], node: number): number {
  return nodes.filter(
    ({ index }) => index === node || (world.linkOpen(node, index) && world.linkOpen(index, node)),
  ).length;
}

const wallClockBack = probe<RaftMoment, Map<number, number>>({
  name: 'wall clock stepped back on a leader',
  watches: ['pulse'],
  ghost: () => new Map(),
  seen({ facts, timeUs }, offsets) {
    const { world, nodes } = facts;
    let isSeen = false;
    for (const { index, view } of nodes) {
      const offsetUs = world.wallUs(index) - timeUs;
      const before = offsets.get(index) ?? offsetUs;
      offsets.set(index, offsetUs);
      // A frozen clock falls behind by no more than the time that passes; a step back is more.
      const fellUs = before - offsetUs;
      if (view.role === 'leader' && world.status(index) === 'up' && fellUs > 100_000) isSeen = true;
    }
    return isSeen;
  },
});

/** Rare states that only an observer of the whole cluster can see. */
export const raftProbes = [
  twoLeaders,
  cacheThenPower,
  crashInRecovery,
  allDown,
  majorityHealed,
  wallClockBack,
];
