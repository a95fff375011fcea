import { held, type Ladder, ladder, plainLedger, rung, type PlainMoment } from '../../src/index.ts';

export const mirrorLadder: Ladder = ladder({
  name: 'storage-mirror',
  ghost: plainLedger(),
  rungs: [
    rung<PlainMoment>({
      id: 'M0',
      title: 'x',
      statement: 'x',
      source: 'x',
      kind: 'always',
      owedUnder: 'any damage',
      watches: ['end'],
      check: () => held,
    }),
  ],
});
