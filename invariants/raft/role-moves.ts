import { broken, held, premiseFalse, rung } from '../../src/index.ts';
import type { Role } from '../../src/systems/raft/types.ts';
import type { RaftMoment } from './moment.ts';

/** Where one step may lead in a cluster of several voters. */
const moves: Readonly<Record<Role, readonly Role[]>> = {
  follower: ['pre-candidate', 'candidate'],
  'pre-candidate': ['candidate', 'follower'],
  candidate: ['leader', 'follower', 'pre-candidate'],
  leader: ['follower'],
};

export const roleMoves = rung<RaftMoment>({
  id: 'I3',
  title: 'role moves',
  statement:
    'A role changes only along the edges of the election; a leader steps down before it campaigns.',
  source: 'Raft, figure 4; state transitions of CCF',
  kind: 'always',
  owedUnder: 'any damage',
  watches: ['role', 'term'],
  check({ node, before, after }) {
    const isLeaderStill = before.role === 'leader' && after.role === 'leader';
    if (before.role === after.role && !isLeaderStill) return premiseFalse;
    const { voters, outgoing } = after.configuration;
    if (voters.length + outgoing.length === 1) return premiseFalse;
    const isLawful = isLeaderStill
      ? before.term === after.term
      : moves[before.role].includes(after.role);
    if (isLawful) return held;
    return broken({
      nodes: [node],
      values: { from: before.role, to: after.role, terms: [before.term, after.term] },
    });
  },
});
