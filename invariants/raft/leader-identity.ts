import { broken, held, premiseFalse, rung } from '../../src/index.ts';
import type { RaftMoment } from './moment.ts';

export const leaderIdentity = rung<RaftMoment>({
  id: 'I6',
  title: 'who leads',
  statement:
    'A leader knows itself as leader and has voted for itself; a node knows one leader a term.',
  source: 'delta checks of LogCabin',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['role', 'leader', 'term', 'vote'],
  check({ node, own, after }) {
    if (after.phase !== 'running' || after.leaderId === 0) {
      if (after.role !== 'leader') return premiseFalse;
    }
    const { term, leaderId, votedFor, role } = after;
    if (role === 'leader' && (leaderId !== own.member || votedFor !== own.member)) {
      return broken({ nodes: [node], values: { self: own.member, leaderId, votedFor } });
    }
    const first = own.recognised.get(term);
    if (first === undefined || first === leaderId) return held;
    return broken({ nodes: [node], values: { term, first, second: leaderId } });
  },
});
