import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { StorageFacts, StorageMoment } from './moment.ts';

export const answersAreFresh = rung<StorageMoment>({
  id: 'SE7',
  title: 'fresh answers',
  statement:
    'The answer to a question is of an index that no client knew to be passed when the question was asked.',
  source: 'Herlihy and Wing 1990; Raft, section 8; lizardfs#824, #682: an older shadow answers',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['told'],
  check({ node, told, floor }) {
    if (told === undefined || floor === 0) return premiseFalse;
    const { index } = told;
    if (index >= floor) return held;
    return broken({ nodes: [node], values: { index, knownBefore: floor } });
  },
});

/** What says that nobody was there, or that nobody has the bytes. */
const helpless: ReadonlySet<string> = new Set(['ETIMEDOUT', 'EIO']);

export const serviceIsBack = rung<StorageMoment>({
  id: 'SH5',
  title: 'service is back',
  statement:
    'What is asked for a while after everything works again is done, or refused for a reason that the caller can mend.',
  source: 'ceph PR 24286, 23691: operations hang although all is well; MooseNG: no end of a lock',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['finished'],
  check({ node, finished, facts }) {
    const { files, healedUs } = facts;
    if (files === undefined || facts.options.anyNumber === true) return premiseFalse;
    const { history } = files;
    const dueUs = healedUs + calmUs(facts);
    let outcome: Outcome = premiseFalse;
    for (const operation of finished) {
      const answer = history.answer[operation];
      if (answer === undefined || history.invokedUs[operation]! < dueUs) continue;
      const { errno } = answer;
      if (errno !== null && helpless.has(errno)) {
        const values = { operation, do: history.call[operation]!.do, errno };
        return broken({ nodes: [node], values });
      }
      outcome = held;
    }
    return outcome;
  },
});

/** How long old leases may still stand in the way: of servers, sessions and writers, one after another. */
function calmUs({ timings }: StorageFacts): number {
  const { serverLeaseUs, sessionLeaseUs, writeLeaseUs } = timings;
  return 2 * serverLeaseUs + sessionLeaseUs + 2 * writeLeaseUs;
}
