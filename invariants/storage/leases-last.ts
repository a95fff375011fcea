import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { heldForUs } from '../../src/systems/storage/timings.ts';
import type { StorageMoment } from './moment.ts';

/** When something that a session or a writer did was committed last, and the time in its entry. */
interface Sign {
  readonly committedUs: number;
  readonly proposedUs: number;
}

/** By session and by fence. */
type Heard = Map<string, Sign>;

const never: Sign = { committedUs: Number.NEGATIVE_INFINITY, proposedUs: 0 };

export const leasesLast = rung<StorageMoment, Heard>({
  id: 'SE11',
  title: 'leases last',
  statement:
    'No session is ended within its lease from its last renewal in the log, and no writer within its lease from its grant.',
  source: 'ceph PR 14267: live sessions killed by a failover; Gray and Cheriton 1989',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['chain'],
  ghost: () => new Map(),
  check({ node, timeUs, facts }, heard): Outcome {
    const { oracle, timings } = facts;
    let outcome: Outcome = premiseFalse;
    for (let index = oracle.freshFrom; index <= oracle.last; index += 1) {
      const { envelope, reply, repeated } = oracle.at(index)!;
      if (envelope === null || reply === undefined || repeated) continue;
      if (reply.kind === 'error') continue;
      const { command, session } = envelope;
      if (command.kind === 'expire-session' || command.kind === 'expire-lease') {
        const isSession = command.kind === 'expire-session';
        const of = isSession ? `session ${command.expired}` : `fence ${command.fence}`;
        const sign = heard.get(of) ?? never;
        // What waited for a quorum is committed together, however far apart it was proposed.
        const sinceUs = Math.max(timeUs - sign.committedUs, envelope.timeUs - sign.proposedUs);
        const leaseUs = isSession ? timings.sessionLeaseUs : timings.writeLeaseUs;
        // Clocks of leaders run apart within the bound, in both directions.
        if (sinceUs < heldForUs(leaseUs, 2 * timings.driftBoundPpm)) {
          return broken({ nodes: [node], values: { index, of, sinceUs, leaseUs } });
        }
        outcome = held;
      }
      const now = { committedUs: timeUs, proposedUs: envelope.timeUs };
      if (reply.kind === 'session') heard.set(`session ${reply.session}`, now);
      // Other requests make no session longer: clients do not count on it.
      if (command.kind === 'renew-session') heard.set(`session ${session}`, now);
      // The commit of a grant's version makes it no longer. A recovery has a fence and no writer: who
      // carries it out may end it at any time.
      const isGrant =
        (reply.kind === 'grant' && command.kind !== 'recover-chunk') || reply.kind === 'version';
      if (isGrant && !heard.has(`fence ${reply.fence}`)) heard.set(`fence ${reply.fence}`, now);
    }
    return outcome;
  },
});
