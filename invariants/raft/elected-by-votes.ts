import { broken, held, premiseFalse, rung } from '../../src/index.ts';
import type { RaftMoment } from './moment.ts';
import { isQuorum } from './quorum.ts';

/** Sees a vote that is counted wrongly even where no second node wins the term. */
export const electedByVotes = rung<RaftMoment>({
  id: 'I32',
  title: 'elected by votes',
  statement: 'A node wins a term only with votes that a quorum gave it in that very term.',
  source: 'Raft, section 5.2; Ongaro, dissertation, section 4.2.2; xraft#33',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['won'],
  check({ node, own, after, facts }) {
    if (after.role !== 'leader') return premiseFalse;
    const { term, configuration } = after;
    const { member } = own;
    const voters = facts.nodes.filter((voter) => {
      const { votes } = voter.durable;
      return (voter === own ? votes : voter.granted).get(term) === member;
    });
    const members = new Set(voters.map((voter) => voter.member));
    if (isQuorum(configuration, (voter) => members.has(voter))) return held;
    const nodes = [node, ...voters.map((voter) => voter.index).filter((index) => index !== node)];
    return broken({ nodes, values: { term, votes: members.size } });
  },
});
