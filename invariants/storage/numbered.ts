import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { StorageMoment } from './moment.ts';

interface Written {
  readonly offset: number;
  readonly checksum: number;
}

/** What a client has sent under the fence that it has for a chunk, by number less 1. */
interface Numbered {
  readonly fence: number;
  readonly writes: Written[];
}

export const writesAreNumbered = rung<StorageMoment, Map<string, Numbered>>({
  id: 'SC13',
  title: 'writes are numbered',
  statement:
    'Under a fence a client numbers its writes to a chunk from 1 on without gaps, and no number stands for two writes.',
  source:
    'ceph PR 24286: who reconnects goes on with what the other side does not know; ours, storm seed 694',
  kind: 'always',
  owedUnder: 'any damage',
  watches: ['wrote'],
  ghost: () => new Map(),
  check({ node, writes }, newest): Outcome {
    let outcome: Outcome = premiseFalse;
    for (const { chunk, fence, sequence, offset, checksum } of writes) {
      const key = `${node}/${chunk}`;
      let known = newest.get(key);
      // A copy that was held back under an older fence leaves late, and is refused for it.
      if (known !== undefined && fence < known.fence) continue;
      if (known?.fence !== fence) {
        known = { fence, writes: [] };
        newest.set(key, known);
      }
      const { writes: sent } = known;
      const before = sent[sequence - 1];
      const isSame = before?.offset === offset && before.checksum === checksum;
      if (before === undefined ? sequence !== sent.length + 1 : !isSame) {
        return broken({ nodes: [node], values: { chunk, fence, sequence, last: sent.length } });
      }
      if (before !== undefined || sent.length > 0) outcome = held;
      if (before === undefined) sent.push({ offset, checksum });
    }
    return outcome;
  },
});
