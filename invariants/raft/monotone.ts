import { broken, held, premiseFalse, rung } from '../../src/index.ts';
import type { RaftMoment } from './moment.ts';

export const termNeverFalls = rung<RaftMoment>({
  id: 'I7',
  title: 'terms never fall',
  statement: 'The current term of a node never decreases, not even across a crash.',
  source: 'MonotonicTerm of CCF; Raft, section 5.1',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['term', 'recovered'],
  check({ node, own, before, after }) {
    if (after.phase !== 'running' || own.lostDisk) return premiseFalse;
    const promised = own.durable.term;
    const least = before.phase === 'running' ? Math.max(before.term, promised) : promised;
    if (after.term >= least) return held;
    return broken({ nodes: [node], values: { before: before.term, promised, after: after.term } });
  },
});

export const commitNeverFalls = rung<RaftMoment>({
  id: 'I9',
  title: 'commits are for ever',
  statement: 'The commit index of a life never decreases.',
  source: 'Raft, figure 2; MonotonicCommitIndex of CCF',
  kind: 'always',
  owedUnder: 'any damage',
  watches: ['commit'],
  check({ node, before, after }) {
    if (before.phase !== 'running') return premiseFalse;
    if (after.commit >= before.commit) return held;
    return broken({ nodes: [node], values: { before: before.commit, after: after.commit } });
  },
});

export const applyInOrder = rung<RaftMoment>({
  id: 'I10',
  title: 'apply in order',
  statement:
    'Entries are applied once, in order and only when committed; a gap is crossed by a snapshot.',
  source: 'Raft, section 5.3',
  kind: 'always',
  owedUnder: 'any damage',
  watches: ['applied'],
  check({ node, before, after, state }) {
    if (before.phase !== 'running' || state === undefined) return premiseFalse;
    const { applied } = state.machine;
    // What Raft counts as applied falls no more than what the machine holds.
    const isBack = applied < before.applied || after.applied < before.applied;
    const isOutOfOrder = isBack || applied > after.commit;
    const isGap = before.applied + 1 < before.firstIndex && applied > before.applied;
    const isUncovered = isGap && after.snapshotIndex <= before.applied;
    if (!isOutOfOrder && !isUncovered) return held;
    const reached = Math.min(applied, after.applied);
    const values = {
      before: before.applied,
      after: isBack ? reached : applied,
      commit: after.commit,
    };
    if (isOutOfOrder) return broken({ nodes: [node], values });
    return broken({ nodes: [node], values: { ...values, firstIndex: before.firstIndex } });
  },
});
