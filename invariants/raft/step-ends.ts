import { broken, held, rung } from '../../src/index.ts';
import type { RaftMoment } from './moment.ts';

/** Looks at each recovery as well, so that its premise counts lives that went on. */
export const everyStepEnds = rung<RaftMoment>({
  id: 'I1',
  title: 'every step ends',
  statement: 'Every step of a node ends, without an uncaught error and in finite time.',
  source: 'Scott et al. 2015, section 5',
  kind: 'always',
  owedUnder: 'any damage',
  watches: ['threw', 'stuck', 'recovered'],
  check({ node, trouble }) {
    if (trouble === '') return held;
    return broken({ nodes: [node], values: { trouble } });
  },
});
