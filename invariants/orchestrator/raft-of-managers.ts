import type { Ladder } from '../../src/index.ts';
import { topologyOf } from '../../src/systems/orchestrator/topology.ts';
import { raftOfSome } from '../raft/of-some.ts';

/** Raft's own laws over the managers. Workers speak no Raft. */
export const raftOfManagers: Ladder = raftOfSome('raft of the managers', (config) => ({
  count: topologyOf(config).managers,
  learners: 0,
}));
