import { raftLadder } from '../invariants/raft/ladder.ts';
import { calm, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { phases, raftClients } from './raft/setting.ts';

export default scenario({
  summary: 'Raft KV in a quiet data centre: nothing fails, everything must hold all the same',
  system: raftKv(),
  clients: raftClients(),
  storm: calm(),
  ladder: raftLadder,
  phases,
});
