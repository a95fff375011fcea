import type { Ladder } from '../../src/index.ts';
import { topologyOf } from '../../src/systems/storage/topology.ts';
import { raftOfSome } from '../raft/of-some.ts';

/** Raft's own laws over masters and metaloggers. Chunkservers speak no Raft. */
export const raftOfMasters: Ladder = raftOfSome('raft of the masters', (config) => {
  const { masters, metaloggers } = topologyOf(config);
  return { count: masters + metaloggers, learners: metaloggers };
});
