import { raftLadder } from '../invariants/raft/ladder.ts';
import { calm, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { learnerVotes } from './raft/members.ts';
import { raftClients } from './raft/setting.ts';
import { steeredPhases, steeredSettings } from './raft/steering.ts';

export default scenario({
  summary: 'A learner was made a voter and does not know: its vote is needed all the same',
  system: raftKv({ nodes: { kind: 'one of', values: [4] } }),
  clients: raftClients(),
  storm: calm(),
  ladder: raftLadder,
  phases: steeredPhases,
  fixed: { ...steeredSettings, nodes: 4, 'raft.spares': 1 },
  plan: learnerVotes,
  requiredFaults: ['membership', 'partition', 'kill'],
  requiredProbes: ['learner promoted'],
});
