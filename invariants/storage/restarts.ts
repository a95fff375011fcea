import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { StorageMoment } from './moment.ts';

export const restartsForgetNothing = rung<StorageMoment>({
  id: 'SA4',
  title: 'restarts forget nothing',
  statement:
    'After a restart a chunkserver has every fragment that its disk had promised, whole, of that version and with those writes, or of later ones.',
  source: 'moosefs#383; seaweedfs PR 9944; Ceph tracker 53129: what a power loss left of two files',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['started'],
  check({ node, facts }) {
    const mirror = facts.servers[node];
    if (mirror === undefined || mirror.keptCount === 0) return premiseFalse;
    // A disk that has lost something lawfully owes nothing for it.
    if (mirror.wipedUs >= 0 || facts.world.damaged(node)) return premiseFalse;
    const [forgotten] = mirror.forgotten;
    if (forgotten === undefined) return held;
    return broken({ nodes: [node], values: { ...forgotten } });
  },
});

export const lostIsNotOlder = rung<StorageMoment>({
  id: 'SA5',
  title: 'what is lost is not older',
  statement:
    'Whatever has become of a disk, after a restart no fragment is in service as it was before something that the disk had promised of it.',
  source: 'Ganesan et al., FAST 2017; Jepsen NATS 2.12.1: a log that rots, and what was before it',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['started'],
  check({ node, facts }) {
    const mirror = facts.servers[node];
    if (mirror === undefined || mirror.keptCount === 0 || !facts.world.damaged(node)) {
      return premiseFalse;
    }
    // What is gone, or known to be bad, is shown to nobody.
    const older = mirror.forgotten.find(({ found }) => found !== null && found.fault === null);
    return older === undefined ? held : broken({ nodes: [node], values: { ...older } });
  },
});

export const soundStaysSound = rung<StorageMoment>({
  id: 'SA6',
  title: 'what is sound stays sound',
  statement:
    'A chunkserver whose disk has lost nothing and refused nothing finds none of its fragments damaged.',
  source: 'seaweedfs#1440, #1015: a short file after ENOSPC; moosefs#383; seaweedfs PR 9944',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['fragments'],
  check({ node, facts, changes }): Outcome {
    let outcome: Outcome = premiseFalse;
    for (const { record, fragment } of changes) {
      if (record.kind !== 'bad') {
        outcome = held;
        continue;
      }
      const { world } = facts;
      if (facts.servers[node]!.wipedUs >= 0 || world.damaged(node)) continue;
      if (world.metIoError(node) || !world.diskHealthy(node)) continue;
      const { chunk, version, generation, part } = fragment;
      return broken({ nodes: [node], values: { chunk, version, generation, part } });
    }
    return outcome;
  },
});
