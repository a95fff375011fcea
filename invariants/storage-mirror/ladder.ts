import { type Ladder, ladder, plainLedger } from '../../src/index.ts';
import { mirrorRungs } from './rungs.ts';

/** The laws of a mirror between two storage clusters. */
export const mirrorLadder: Ladder = ladder({
  name: 'storage-mirror',
  ghost: plainLedger(),
  rungs: mirrorRungs,
});
