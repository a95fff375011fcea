import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { StorageFacts, StorageMoment } from './moment.ts';
import { recoveryUs } from './recovers.ts';
import { isUnseated } from './unseated.ts';

/** What says that nobody was there, or that nobody has the bytes. */
const helpless: ReadonlySet<string> = new Set(['ETIMEDOUT', 'EIO', 'EAGAIN']);

/** Links still lose messages now and then, so one operation may come to nothing, and another. */
const mostInARow = 3;

/** Operations after which a file is as it was: whoever waits did not wait for their like. */
const quiet: ReadonlySet<string> = new Set([
  'stat',
  'lstat',
  'readlink',
  'readdir',
  'listxattr',
  'getxattr',
  'quota',
  'read',
  'fstat',
  'test-lock',
]);

/** Whether an operation tells of what an earlier one has lost, and which was in vain by itself. */
function tellsOfLoss(what: string, errno: string | null): boolean {
  return errno === 'EIO' && (what === 'fsync' || what === 'close');
}

interface Served {
  /** By life of a client: how many of its operations in a row came to nothing. */
  readonly inARow: Map<string, number>;
  /** By path: when somebody changed that file last. */
  readonly changedUs: Map<string, number>;
}

export const serviceIsBack = rung<StorageMoment, Served>({
  id: 'SH9',
  title: 'service is back',
  statement:
    'Of what a client asks for a while after everything works again, not several operations in a row come to nothing while nobody else is served either, unless leaders are unseated without pre-votes.',
  source: 'ceph PR 24286, 23691: operations hang although all is well; MooseNG: no end of a lock',
  kind: 'eventually',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['finished'],
  ghost: () => ({ inARow: new Map(), changedUs: new Map() }),
  check({ node, finished, facts }, { inARow, changedUs }) {
    const { files, healedUs } = facts;
    if (files === undefined || facts.options.anyNumber === true) return premiseFalse;
    const { history } = files;
    const dueUs = healedUs + peaceUs(facts);
    let outcome: Outcome = premiseFalse;
    for (const operation of finished) {
      const answer = history.answer[operation];
      const { do: what, path } = history.call[operation]!;
      // A lock that somebody holds is a reason.
      if (answer === undefined || what === 'lock') continue;
      const { errno } = answer;
      if (tellsOfLoss(what, errno)) continue;
      const isInVain = errno !== null && helpless.has(errno);
      if (!(isInVain || quiet.has(what))) changedUs.set(path, history.completedUs[operation]!);
      const invokedUs = history.invokedUs[operation]!;
      if (invokedUs < dueUs) continue;
      // Who writes a file that many write waits for its turn, in a slow cluster longer than it likes.
      if (isInVain && (changedUs.get(path) ?? 0) > invokedUs) continue;
      // Who was taken out of the group and asks for votes for ever unseats every leader.
      if (isInVain && isUnseated(facts, invokedUs)) continue;
      const client = `${history.client[operation]}/${history.life[operation]}`;
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
