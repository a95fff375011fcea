import { broken, held, premiseFalse, rung } from '../../src/index.ts';
import type { RaftMoment } from './moment.ts';

export const logShape = rung<RaftMoment>({
  id: 'I5',
  title: 'shape of the log',
  statement:
    'Indexes are contiguous, terms never fall along a log, and the last one is not in the future.',
  source: 'MonoLogInv of CCF; LogCabin',
  kind: 'always',
  owedUnder: 'any damage',
  watches: ['log'],
  check({ node, own, after }) {
    if (after.phase !== 'running') return premiseFalse;
    const { chain, newFrom, newTo, holeAt } = own.log;
    if (holeAt !== 0) return broken({ nodes: [node], values: { holeAt, last: after.lastIndex } });
    if (after.lastTerm > after.term) {
      return broken({ nodes: [node], values: { lastTerm: after.lastTerm, term: after.term } });
    }
    for (let index = newFrom; index <= newTo; index += 1) {
      const term = chain.term(index);
      const previous = chain.term(index - 1);
      if (term < previous) {
        return broken({ nodes: [node], values: { index, previousTerm: previous, term } });
      }
      const named = own.log.entry(index)?.index;
      if (named !== index) return broken({ nodes: [node], values: { index, named } });
    }
    return newTo < newFrom ? premiseFalse : held;
  },
});

export const durableShape = rung<RaftMoment>({
  id: 'I5d',
  title: 'shape of the log on disk',
  statement: 'The records that a disk has promised make a log without gaps.',
  source: 'raft.md D8, D11; etcd#14143',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['promised'],
  check({ node, own }) {
    if (own.durable.malformed === '') return held;
    return broken({ nodes: [node], values: { malformed: own.durable.malformed } });
  },
});
