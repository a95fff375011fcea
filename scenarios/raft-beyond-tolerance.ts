import { raftLadder } from '../invariants/raft/ladder.ts';
import { beyondTolerance, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { phases, raftClients, raftWords } from './raft/setting.ts';

export default scenario({
  summary: 'Raft KV on disks that lie and forget, with more damage than any majority can bear',
  system: raftKv(),
  clients: raftClients(),
  storm: beyondTolerance({ operated: true, words: raftWords }),
  ladder: raftLadder,
  phases,
});
