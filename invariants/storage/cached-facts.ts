import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { StorageMoment } from './moment.ts';

export const cachesAreTrue = rung<StorageMoment>({
  id: 'SE7',
  title: 'caches are true',
  statement:
    'What a strict client is told of an inode, from its cache or not, was true at some moment after everything that anybody knew when it asked.',
  source: 'Gray and Cheriton 1989, leases; ceph PR 23691: a cache that outlived its lease',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['finished'],
  check({ node, finished, facts }) {
    const { history, floorOf } = facts.files!;
    let outcome: Outcome = premiseFalse;
    for (const operation of finished) {
      const result = history.answer[operation]?.result;
      const floor = floorOf.get(operation);
      if (result?.kind !== 'facts' || floor === undefined) continue;
      if (history.mode[operation] !== 'strict') continue;
      const { inode, kind, mode, sizeBytes, classId, frozen } = result.facts;
      const told = { kind, mode, sizeBytes, classId, frozen };
      const wasTrue = facts.oracle.past.wasTrue(inode, told, floor);
      if (wasTrue === false) {
        return broken({ nodes: [node], values: { operation, inode, floor, ...told } });
      }
      if (wasTrue === true) outcome = held;
    }
    return outcome;
  },
});
