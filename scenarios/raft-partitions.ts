import { raftLadder } from '../invariants/raft/ladder.ts';
import { partitions, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { beyond } from './common/beyond.ts';
import { noDiskFills, phases, raftClients, raftWords } from './raft/setting.ts';

export default scenario({
  summary: 'Raft KV on a network that splits, clogs, loses and reorders',
  system: raftKv(),
  clients: raftClients(),
  storm: partitions({ operated: true, words: raftWords }),
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
    ...noDiskFills,
    ...beyond('no node ever starts again in the storm', 'I1', 'I36'),
    ...beyond('no disk is ever damaged or replaced', 'I34', 'I45', 'I47'),
  },
});
