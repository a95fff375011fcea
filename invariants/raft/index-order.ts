import { broken, held, premiseFalse, rung } from '../../src/index.ts';
import type { RaftMoment } from './moment.ts';

export const indexOrder = rung<RaftMoment>({
  id: 'I4',
  title: 'order of indexes',
  statement: 'purged <= snapshot <= applied <= commit <= last, on every node at every step.',
  source: 'invariants of openraft and LogCabin',
  kind: 'always',
  owedUnder: 'any damage',
  watches: ['marks'],
  check({ node, after, state }) {
    if (after.phase !== 'running' || state === undefined) return premiseFalse;
    const purged = after.firstIndex - 1;
    const { snapshotIndex: snapshot, commit, lastIndex: last } = after;
    const { applied } = state.machine;
    if (purged <= snapshot && snapshot <= applied && applied <= commit && commit <= last) {
      return held;
    }
    return broken({ nodes: [node], values: { purged, snapshot, applied, commit, last } });
  },
});
