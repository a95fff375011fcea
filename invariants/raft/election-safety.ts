import { broken, held, premiseFalse, rung } from '../../src/index.ts';
import type { RaftMoment } from './moment.ts';

export const electionSafety = rung<RaftMoment>({
  id: 'I20',
  title: 'election safety',
  statement: 'At most one node ever wins the election of a term.',
  source: 'Raft, figure 3',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['won', 'term'],
  check({ node, after, facts }) {
    if (after.role !== 'leader') return premiseFalse;
    const winner = facts.leaderOf.get(after.term) ?? node;
    if (winner === node) return held;
    return broken({ nodes: [node, winner], values: { term: after.term } });
  },
});

export const leaderCompleteness = rung<RaftMoment>({
  id: 'I26',
  title: 'leader completeness',
  statement: 'A leader holds every entry that was committed in an earlier term than its own.',
  source: 'Raft, figure 3, by the term of the commit, not of the entry',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['won', 'term', 'chain'],
  check({ node, after, facts }) {
    let outcome = premiseFalse;
    for (const leader of facts.nodes) {
      const { view, log } = leader;
      if (view.role !== 'leader' || facts.world.status(leader.index) === 'down') continue;
      // Without growth of the chain only the node that has just won is in question.
      if (leader.index !== node && view.term <= after.term) continue;
      const index = facts.canonical.lastCommittedBefore(view.term);
      if (index <= log.chain.base || index <= facts.canonical.chain.base) continue;
      if (log.chain.prefix(index) !== facts.canonical.chain.prefix(index)) {
        return broken({
          nodes: [leader.index],
          values: { term: view.term, committed: index, last: log.chain.last },
        });
      }
      outcome = held;
    }
    return outcome;
  },
});
