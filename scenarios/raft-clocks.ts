import { raftLadder } from '../invariants/raft/ladder.ts';
import { clocks, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { phases, raftClients, raftWords } from './raft/setting.ts';

export default scenario({
  summary: 'Raft KV on clocks that step, stop and drift, and on nodes that stand still',
  system: raftKv(),
  clients: raftClients(),
  storm: clocks({ operated: true, words: raftWords }),
  ladder: raftLadder,
  phases,
  requiredProbes: ['wall clock stepped back on a leader', 'two nodes believe they lead'],
});
