import { raftLadder } from '../invariants/raft/ladder.ts';
import { reigns, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { phases, raftClients, raftWords } from './raft/setting.ts';

export default scenario({
  summary: 'Raft KV that reads by leases, while leaders are cut off, stand still and hand over',
  system: raftKv(),
  clients: raftClients(),
  storm: reigns({ words: raftWords }),
  ladder: raftLadder,
  phases,
  fixed: { 'raft.leaseReads': true, 'raft.checkQuorum': true },
  requiredProbes: [
    'lease read served',
    'two nodes believe they lead',
    'transfer succeeded',
    'transfer given up',
    'majority partition healed',
  ],
});
