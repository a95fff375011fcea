import { broken, hashText, held, premiseFalse, rung } from '../../src/index.ts';
import type { RaftMoment } from './moment.ts';

export const onePayload = rung<RaftMoment>({
  id: 'I21',
  title: 'one entry a name',
  statement: "Term and index name one entry for ever, and it was created by that term's leader.",
  source: 'Raft, section 5.3; verdi-raft',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['log'],
  check({ node, own, facts }) {
    const { chain, newFrom, newTo } = own.log;
    for (let index = newFrom; index <= newTo; index += 1) {
      const term = chain.term(index);
      const known = facts.registry.find(term, index);
      if (known === undefined) continue;
      if (known.creator === node && !known.lawful) {
        const leader = facts.leaderOf.has(term) ? 'another' : 'none';
        return broken({ nodes: [node], values: { term, index, leader } });
      }
      if (known.hash !== chain.hash(index)) {
        const values = {
          term,
          index,
          first: hashText(known.hash),
          second: hashText(chain.hash(index)),
        };
        return broken({ nodes: [node, known.creator], values });
      }
    }
    return newTo < newFrom ? premiseFalse : held;
  },
});

export const logMatching = rung<RaftMoment>({
  id: 'I22',
  title: 'log matching',
  statement: 'Logs with the same entry at an index are equal in all entries before it.',
  source: 'Raft, figure 3',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['log'],
  check({ node, own, facts }) {
    const { chain, newFrom, newTo } = own.log;
    let outcome = premiseFalse;
    for (let index = newFrom; index <= newTo; index += 1) {
      const term = chain.term(index);
      const known = facts.registry.find(term, index);
      if (known === undefined) continue;
      const prefix = chain.prefix(index);
      if (known.prefix !== prefix) {
        const [first, second] = [hashText(known.prefix), hashText(prefix)];
        const values = { term, index, first, second };
        return broken({ nodes: [node, known.creator], values });
      }
      if (known.creator !== node) outcome = held;
    }
    return outcome;
  },
});
