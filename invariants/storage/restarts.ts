import { broken, held, premiseFalse, rung } from '../../src/index.ts';
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
