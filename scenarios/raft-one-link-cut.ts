import { raftLadder } from '../invariants/raft/ladder.ts';
import { calm, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { oneLinkCut } from './raft/members.ts';
import { raftClients } from './raft/setting.ts';
import { steeredPhases, steeredSettings } from './raft/steering.ts';

export default scenario({
  summary: 'The leader and one follower cannot talk, all others can: terms stay where they are',
  system: raftKv({ nodes: { kind: 'one of', values: [3] } }),
  clients: raftClients(),
  storm: calm(),
  ladder: raftLadder,
  phases: steeredPhases,
  fixed: { ...steeredSettings, nodes: 3 },
  plan: oneLinkCut,
  requiredFaults: ['partition'],
  requiredProbes: ['pre-vote refused'],
});
