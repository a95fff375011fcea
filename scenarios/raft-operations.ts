import { raftLadder } from '../invariants/raft/ladder.ts';
import { operations, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { noDiskFills, phases, raftClients, raftWords } from './raft/setting.ts';

export default scenario({
  summary: 'Raft KV whose members come and go and whose leaders hand over, while nodes fail',
  system: raftKv(),
  clients: raftClients(),
  storm: operations({ words: raftWords }),
  ladder: raftLadder,
  phases,
  requiredProbes: [
    'joint configuration entered',
    'joint configuration left',
    'learner promoted',
    'promotion refused',
    'leader removed itself',
    'configuration taken back',
    'transfer succeeded',
    'transfer given up',
    'snapshot installed',
  ],
  outOfReach: noDiskFills,
});
