import { raftLadder } from '../invariants/raft/ladder.ts';
import { crashes, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { noDiskFills, phases, raftClients, raftWords } from './raft/setting.ts';

export default scenario({
  summary: 'Raft KV on machines that die, lose power and stand still, one by one and all at once',
  system: raftKv(),
  clients: raftClients(),
  storm: crashes({ operated: true, words: raftWords }),
  ladder: raftLadder,
  phases,
  requiredProbes: [
    'leader change under load',
    'restart with a torn log tail',
    'lost unsynced write noticed at restart',
    'killed then recovered from cache then power lost',
    'crash during recovery',
    'whole cluster down at once and back',
  ],
  outOfReach: {
    ...noDiskFills,
    I34: 'no disk is ever replaced by an empty one',
  },
});
