import { raftLadder } from '../invariants/raft/ladder.ts';
import { partitions, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { phases, raftClients, raftWords } from './raft/setting.ts';

export default scenario({
  summary: 'Raft KV on a network that splits, clogs, loses and reorders',
  system: raftKv(),
  clients: raftClients(),
  storm: partitions({ words: raftWords }),
  ladder: raftLadder,
  phases,
  requiredProbes: [
    'leader change under load',
    'two nodes believe they lead',
    'uncommitted tail truncated',
    'read refused by a minority leader',
    'majority partition healed',
  ],
  outOfReach: {
    'refused/*/disk-full': 'no disk ever fills',
    'late-reply/disk-full': 'no disk ever fills',
    I1: 'no node ever starts again in the storm',
    I34: 'no disk is ever replaced by an empty one',
    I36: 'no node ever starts again in the storm',
  },
});
