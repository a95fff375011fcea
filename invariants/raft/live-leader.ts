import { broken, held, premiseFalse, rung } from '../../src/index.ts';
import { settingsFrom } from '../../src/systems/raft/settings.ts';
import type { RaftMoment } from './moment.ts';

/** Leases rest on this law, and so does the peace of a cluster that some node has lost touch with. */
export const liveLeaderStays = rung<RaftMoment>({
  id: 'I56',
  title: 'a live leader stays',
  statement:
    'Where leaders check their quorum, a node that heard from its leader within an election time-out votes for nobody else, unless that leader told the candidate to campaign.',
  source: 'Ongaro, dissertation, sections 4.2.3 and 6.4.1; logcabin#56; hashicorp/raft#570',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['vote'],
  check({ node, own, after, facts }) {
    if (!own.decidedNow || own.leaderHeardUs < 0) return premiseFalse;
    const { checkQuorum, electionTimeoutUs } = settingsFrom(facts.options.config);
    const candidate = after.votedFor - 1;
    if (!checkQuorum) return premiseFalse;
    const sinceUs = facts.world.monotonicUs(node) - own.leaderHeardUs;
    const isOrdered = facts.nodes[candidate]?.ordered.has(after.term) === true;
    if (sinceUs >= electionTimeoutUs || isOrdered) return held;
    return broken({ nodes: [node, candidate], values: { term: after.term, heardUsAgo: sinceUs } });
  },
});
