import { raftLadder } from '../invariants/raft/ladder.ts';
import { clocks, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { phases, raftClients, raftWords } from './raft/setting.ts';

export default scenario({
  summary: 'Raft KV on clocks that step, stop and drift, and on nodes that stand still',
  system: raftKv(),
  clients: raftClients(),
  storm: clocks({ words: raftWords }),
  ladder: raftLadder,
  phases,
  requiredProbes: ['wall clock stepped back on a leader', 'two nodes believe they lead'],
  outOfReach: {
    'refused/*/disk-full': 'no disk ever fills',
    'late-reply/disk-full': 'no disk ever fills',
    I1: 'no node ever starts again in the storm',
    I34: 'no disk is ever replaced by an empty one',
    I36: 'no node ever starts again in the storm',
  },
});
