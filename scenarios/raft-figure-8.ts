import { raftLadder } from '../invariants/raft/ladder.ts';
import { calm, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { oldEntriesOverwritten } from './raft/figure-8.ts';
import { raftClients } from './raft/setting.ts';
import { steeredPhases, steeredSettings } from './raft/steering.ts';

export default scenario({
  summary: 'Figure 8 of the Raft paper: an old entry on a majority is overwritten all the same',
  system: raftKv(),
  clients: raftClients(),
  storm: calm(),
  ladder: raftLadder,
  phases: steeredPhases,
  fixed: { ...steeredSettings, nodes: 5 },
  plan: oldEntriesOverwritten,
  requiredFaults: ['kill', 'suspend'],
  requiredProbes: ['uncommitted tail truncated'],
});
