import { broken, held, premiseFalse, rung } from '../../src/index.ts';
import type { StorageMoment } from './moment.ts';

export const answersAreFresh = rung<StorageMoment>({
  id: 'SE8',
  title: 'fresh answers',
  statement:
    'The answer to a question is of an index that no client knew to be passed when the question was asked.',
  source: 'Herlihy and Wing 1990; Raft, section 8; lizardfs#824, #682: an older shadow answers',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['told'],
  check({ node, told, question }) {
    const floor = question?.floor ?? 0;
    if (told === undefined || floor === 0) return premiseFalse;
    const { index } = told;
    if (index >= floor) return held;
    return broken({ nodes: [node], values: { index, knownBefore: floor } });
  },
});
