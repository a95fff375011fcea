import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { StorageFacts, StorageMoment } from './moment.ts';
import { recoveryUs } from './recovers.ts';

/** What says that nobody was there, or that nobody has the bytes. */
const helpless: ReadonlySet<string> = new Set(['ETIMEDOUT', 'EIO', 'EAGAIN']);

/** Links still lose messages now and then, so one operation may come to nothing, and another. */
const mostInARow = 3;

export const serviceIsBack = rung<StorageMoment, Map<string, number>>({
  id: 'SH9',
  title: 'service is back',
  statement:
    'Of what a client asks for a while after everything works again, not several operations in a row come to nothing.',
  source: 'ceph PR 24286, 23691: operations hang although all is well; MooseNG: no end of a lock',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['finished'],
  ghost: () => new Map(),
  check({ node, finished, facts }, inARow) {
    const { files, healedUs } = facts;
    if (files === undefined || facts.options.anyNumber === true) return premiseFalse;
    const { history } = files;
    const dueUs = healedUs + peaceUs(facts);
    let outcome: Outcome = premiseFalse;
    for (const operation of finished) {
      const answer = history.answer[operation];
      const { do: what } = history.call[operation]!;
      // A lock that somebody holds is a reason.
      if (answer === undefined || what === 'lock') continue;
      if (history.invokedUs[operation]! < dueUs) continue;
      const { errno } = answer;
      const client = `${history.client[operation]}/${history.life[operation]}`;
      const isInVain = errno !== null && helpless.has(errno);
      const count = isInVain ? (inARow.get(client) ?? 0) + 1 : 0;
      inARow.set(client, count);
      if (count >= mostInARow) {
        return broken({ nodes: [node], values: { operation, do: what, errno, inARow: count } });
      }
      if (!isInVain) outcome = held;
    }
    return outcome;
  },
});

/** How long old leases and lost servers may still stand in the way. */
function peaceUs(facts: StorageFacts): number {
  const { serverLeaseUs, sessionLeaseUs, writeLeaseUs } = facts.timings;
  const leasesUs = 2 * serverLeaseUs + sessionLeaseUs + 2 * writeLeaseUs;
  return Math.max(leasesUs, recoveryUs(facts) / 4);
}
