import { raftLadder } from '../invariants/raft/ladder.ts';
import { calm, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { oldEntriesWait } from './raft/figure-8.ts';
import { raftClients } from './raft/setting.ts';
import { steeredPhases, steeredSettings } from './raft/steering.ts';

export default scenario({
  summary: 'A leader knows old entries on a majority and must not commit them by counting copies',
  system: raftKv(),
  clients: raftClients(),
  storm: calm(),
  ladder: raftLadder,
  phases: steeredPhases,
  fixed: { ...steeredSettings, nodes: 5 },
  plan: oldEntriesWait,
  requiredFaults: ['kill', 'suspend', 'clog'],
  requiredProbes: ['old-term entry committed through a new one'],
});
