import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { StorageMoment } from './moment.ts';

export const fencesRise = rung<StorageMoment>({
  id: 'SC3',
  title: 'fences are kept',
  statement:
    'A chunkserver keeps the highest fence of each chunk, takes writes under that one alone, in the order of their numbers, and no version of a fragment falls but to the one before.',
  source: 'Kleppmann 2016, fencing tokens; Gray and Cheriton 1989; 3FS, write and chain versions',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['fragments'],
  check({ node, changes }) {
    let outcome: Outcome = premiseFalse;
    for (const change of changes) {
      const { record, fragment, fenceBefore, lastFenceBefore, lastSequenceBefore } = change;
      const { chunkFenceBefore, versionBefore, previousBefore } = change;
      const { chunk } = fragment;
      if (record.kind === 'write') {
        const next = lastFenceBefore === record.fence ? lastSequenceBefore + 1 : 1;
        const isNext = record.fence === fenceBefore && record.sequence === next;
        if (!isNext || record.fence < chunkFenceBefore) {
          const { fence, sequence } = record;
          const values = { chunk, fence, sequence, fenceBefore, chunkFenceBefore, next };
          return broken({ nodes: [node], values });
        }
        outcome = held;
      } else if (record.kind === 'version') {
        const { version, fence } = record;
        const isOneOfTwo = version === previousBefore && record.previousVersion === 0;
        if ((version < versionBefore && !isOneOfTwo) || fence < fenceBefore) {
          const values = { chunk, version, versionBefore, fence, fenceBefore };
          return broken({ nodes: [node], values });
        }
        outcome = held;
      } else if (record.kind === 'put' && record.fence > 0) {
        if (record.fence < chunkFenceBefore) {
          const values = { chunk, fence: record.fence, chunkFenceBefore };
          return broken({ nodes: [node], values });
        }
        outcome = held;
      }
    }
    return outcome;
  },
});

export const disksHaveRoom = rung<StorageMoment>({
  id: 'SG2',
  title: 'no more than fits',
  statement: 'The blocks on a chunkserver are no more than its capacity.',
  source: 'seaweedfs#1440, #1015: a short file after ENOSPC',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['fragments'],
  check({ node, facts }) {
    const { usedBytes } = facts.servers[node]!.table;
    const capacityBytes = facts.capacityBytes[node]!;
    if (usedBytes <= capacityBytes) return held;
    return broken({ nodes: [node], values: { usedBytes, capacityBytes } });
  },
});
