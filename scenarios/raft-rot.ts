import { raftLadder } from '../invariants/raft/ladder.ts';
import { rot, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { noDiskFills, phases, raftClients, raftWords } from './raft/setting.ts';

export default scenario({
  summary: 'Raft KV on disks that rot beyond any bound: no answer, or the right one',
  system: raftKv(),
  clients: raftClients(),
  storm: rot({ operated: true, words: raftWords }),
  ladder: raftLadder,
  phases,
  requiredProbes: ['damage noticed', 'damage repaired'],
  outOfReach: noDiskFills,
});
