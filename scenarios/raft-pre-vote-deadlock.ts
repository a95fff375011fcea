import { raftLadder } from '../invariants/raft/ladder.ts';
import { calm, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { highTermReturns } from './raft/members.ts';
import { raftClients } from './raft/setting.ts';
import { steeredPhases, steeredSettings } from './raft/steering.ts';

export default scenario({
  summary: 'A candidate of a later term returns as the leader dies: pre-votes must find a way',
  system: raftKv({ nodes: { kind: 'one of', values: [3] } }),
  clients: raftClients(),
  storm: calm(),
  ladder: raftLadder,
  phases: steeredPhases,
  fixed: { ...steeredSettings, nodes: 3 },
  plan: highTermReturns,
  requiredFaults: ['transfer', 'partition', 'kill'],
  requiredProbes: ['campaign by order of the leader'],
});
