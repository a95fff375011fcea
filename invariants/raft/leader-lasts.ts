import { broken, held, premiseFalse, rung } from '../../src/index.ts';
import { settingsFrom } from '../../src/systems/raft/settings.ts';
import { agreedLeader } from './agreed-leader.ts';
import type { RaftMoment } from './moment.ts';
import { progressIsOwed } from './progress-window.ts';

/** Election timeouts that a leader has to lead in a row. */
const longTimeouts = 3;

/** Who leads, and when one last led for long. */
interface Reign {
  leader: number;
  term: number;
  sinceUs: number;
  goodUs: number;
}

export const leaderLasts = rung<RaftMoment, Reign>({
  id: 'I55',
  title: 'a leader lasts',
  statement:
    'While a stable core lasts, some leader leads it for several election time-outs in a row unless it gives way, whatever those outside do.',
  source: 'Ongaro, dissertation, section 4.2.3: disruptive servers; Cloudflare, November 2020',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  watches: ['pulse', 'send:timeout-now'],
  ghost: () => ({ leader: -1, term: -1, sinceUs: 0, goodUs: 0 }),
  check({ facts, timeUs, message }, reign) {
    if (message !== undefined) {
      // Its operator wants another one to lead: seed 510 of raft-partitions.
      reign.goodUs = timeUs;
      return premiseFalse;
    }
    const { core, nodes, membership, options, pace } = facts;
    const { electionTimeoutUs } = settingsFrom(options.config);
    const leader = agreedLeader(facts);
    const term = leader < 0 ? -1 : (nodes[leader]?.view.term ?? -1);
    if (term !== reign.term) {
      // Who is no member any more has stepped down by itself; one outside the core may die.
      const lasts = membership.isMember(reign.leader) && core.has(reign.leader);
      if (reign.leader >= 0 && !lasts) reign.goodUs = timeUs;
      reign.leader = leader;
      reign.term = term;
      reign.sinceUs = timeUs;
    }
    const isLong = term >= 0 && timeUs - reign.sinceUs >= longTimeouts * electionTimeoutUs;
    const isOwed = core.sinceUs >= 0 && progressIsOwed(facts);
    const waited = timeUs - Math.max(core.sinceUs, reign.goodUs);
    if (!isOwed || isLong) {
      reign.goodUs = timeUs;
      // A leader that was there all the time proves nothing.
      return isOwed && isLong && waited > electionTimeoutUs ? held : premiseFalse;
    }
    if (waited < pace.windowUs) return premiseFalse;
    return broken({ nodes: core.members(), values: { waitedUs: waited, term } });
  },
});
