import { broken, held, premiseFalse, rung } from '../../src/index.ts';
import type { StorageMoment } from './moment.ts';

export const mastersAgree = rung<StorageMoment>({
  id: 'SB1',
  title: 'masters agree',
  statement:
    'Masters and metaloggers that have applied the same entries have the same metadata, those that the committed log gives.',
  source: 'Schneider 1990, state machine approach; leilfs#7, HDDS-11183',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['applied'],
  check({ node, metadata, facts }) {
    if (metadata === undefined || metadata.applied === 0) return premiseFalse;
    const expected = facts.oracle.at(metadata.applied);
    if (expected === undefined) {
      const values = { applied: metadata.applied, committed: facts.oracle.last };
      return broken({ nodes: [node], values });
    }
    const hash = metadata.hash();
    if (hash === expected.hash) return held;
    return broken({
      nodes: [node],
      values: { applied: metadata.applied, hash: `#${hash}`, canonical: `#${expected.hash}` },
    });
  },
});

/** Time and place in the log of each node's state machine, by node. */
type Clocks = Map<number, { incarnation: number; applied: number; timeUs: number }>;

export const timeByEntries = rung<StorageMoment, Clocks>({
  id: 'SB3',
  title: 'time comes in entries',
  statement: "The state machine's time never goes back, and moves only when an entry is applied.",
  source: 'storage system, README: time',
  kind: 'always',
  owedUnder: 'any damage',
  watches: ['applied'],
  ghost: () => new Map(),
  check({ node, metadata, facts }, clocks) {
    if (metadata === undefined) return premiseFalse;
    const incarnation = facts.world.incarnation(node);
    const { applied, state } = metadata;
    const last = clocks.get(node);
    const { timeUs } = state;
    clocks.set(node, { incarnation, applied, timeUs });
    if (last === undefined || last.incarnation !== incarnation) return premiseFalse;
    const isLawful = applied === last.applied ? timeUs === last.timeUs : timeUs >= last.timeUs;
    if (isLawful) return held;
    return broken({
      nodes: [node],
      values: { appliedBefore: last.applied, applied, timeBefore: last.timeUs, time: timeUs },
    });
  },
});
