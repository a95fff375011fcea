import { broken, held, premiseFalse, rung } from '../../src/index.ts';
import type { Configuration } from '../../src/systems/raft/types.ts';
import type { RaftView } from '../../src/systems/raft/view.ts';
import type { RaftFacts, RaftMoment } from './moment.ts';
import type { NodeLedger } from './node-ledger.ts';
import { isQuorum } from './quorum.ts';

/** Sees a vote that is counted wrongly even where no second node wins the term. */
export const electedByVotes = rung<RaftMoment>({
  id: 'I32',
  title: 'elected by votes',
  statement:
    'Votes of a quorum in that very term make a leader; who is no voter leads until that is committed.',
  source: 'Raft, section 5.2; Ongaro, dissertation, section 4.2.2; xraft#33',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['won', 'commit', 'configuration'],
  check({ node, own, before, after, facts }) {
    if (after.role !== 'leader') return premiseFalse;
    const { term, configuration } = after;
    if (!mayLead(own, facts, after)) {
      return broken({ nodes: [node], values: { term, voters: configuration.voters.join(' ') } });
    }
    // A leader knows of no other commit yet, so this is the step of its win.
    if (before.role === 'leader' && before.term === term) return held;
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

/** A node that its newest configuration leaves out leads only as long as that may be taken back. */
function mayLead(own: NodeLedger, { membership }: RaftFacts, { commit }: RaftView): boolean {
  const { index, configuration } = membership.ofNode(own);
  if (votes(own, configuration)) return true;
  return index > commit && votes(own, membership.beforeThatOf(own).configuration);
}

function votes({ member }: NodeLedger, { voters, outgoing }: Configuration): boolean {
  return voters.includes(member) || outgoing.includes(member);
}
