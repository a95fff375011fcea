import type { Ladder } from '../../src/index.ts';
import { topologyOf } from '../../src/systems/storage/topology.ts';
import { raftOfFirstServers } from '../raft/of-first-servers.ts';

/** Raft's own laws over masters and metaloggers. */
export const raftOfMasters: Ladder = raftOfFirstServers('raft of the masters', ({ config }) => {
  const { masters, metaloggers } = topologyOf(config);
  return { voters: masters, learners: metaloggers };
});
