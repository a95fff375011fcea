import { raftLadder } from '../invariants/raft/ladder.ts';
import { clocks, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { beyond } from './common/beyond.ts';
import { noDiskFills, phases, raftClients, raftWords } from './raft/setting.ts';

export default scenario({
  summary: 'Raft KV on clocks that step, stop and drift, and on nodes that stand still',
  system: raftKv(),
  clients: raftClients(),
  storm: clocks({ operated: true, words: raftWords }),
  ladder: raftLadder,
  phases,
  requiredProbes: ['wall clock stepped back on a leader', 'two nodes believe they lead'],
  outOfReach: {
    ...noDiskFills,
    ...beyond('no node ever starts again in the storm', 'I1', 'I36'),
    ...beyond('no operator changes the members', 'I29', 'I30', 'I31', 'I33'),
    ...beyond('no disk is ever damaged or replaced', 'I34', 'I45', 'I47'),
  },
});
