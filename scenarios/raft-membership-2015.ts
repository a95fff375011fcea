import { raftLadder } from '../invariants/raft/ladder.ts';
import { calm, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { plan2015 } from './raft/members.ts';
import { raftClients } from './raft/setting.ts';
import { steeredPhases, steeredSettings } from './raft/steering.ts';

export default scenario({
  summary: 'The bug of 2015: two leaders in a row change the members by one each',
  system: raftKv({ nodes: { kind: 'one of', values: [5] } }),
  clients: raftClients(),
  storm: calm(),
  ladder: raftLadder,
  phases: steeredPhases,
  fixed: { ...steeredSettings, nodes: 5, 'raft.spares': 1 },
  plan: plan2015,
  requiredFaults: ['membership', 'partition', 'kill', 'suspend'],
  requiredProbes: ['learner promoted', 'change before a commit in the term refused'],
});
