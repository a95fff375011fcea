import { broken, held, premiseFalse, rung } from '../../src/index.ts';
import type { RaftMoment } from './moment.ts';

export const leaderAppendOnly = rung<RaftMoment>({
  id: 'I11',
  title: 'leader append-only',
  statement:
    'A leader never overwrites or deletes entries of its log in its term; it only appends.',
  source: 'Raft, figure 3',
  kind: 'always',
  owedUnder: 'any damage',
  watches: ['log'],
  check({ node, own, before, after }) {
    const isOneLeadership = before.role === 'leader' && after.role === 'leader';
    if (!isOneLeadership || before.term !== after.term) return premiseFalse;
    if (own.log.replacedFrom === 0) return held;
    const { replacedFrom } = own.log;
    return broken({
      nodes: [node],
      values: { term: after.term, replacedFrom, last: before.lastIndex },
    });
  },
});

export const matchOnlyGrows = rung<RaftMoment>({
  id: 'I12',
  title: 'progress of followers',
  statement:
    'Within a leadership what a follower is known to hold only grows, and it is sent what follows.',
  source: 'MonotonicMatchIndex of CCF; etcd tracker',
  kind: 'always',
  owedUnder: 'any damage',
  watches: ['match'],
  check({ node, own, before, after }) {
    if (before.role !== 'leader' || before.term !== after.term) return premiseFalse;
    for (let peer = 0; peer < after.match.length; peer += 1) {
      if (peer === own.index) continue;
      const match = after.match[peer] as number;
      const old = before.match[peer] ?? 0;
      const next = after.next[peer] ?? 0;
      if (match >= old && next > match) continue;
      return broken({ nodes: [node, peer], values: { before: old, match, next } });
    }
    return held;
  },
});
