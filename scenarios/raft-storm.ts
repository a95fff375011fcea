import { raftLadder } from '../invariants/raft/ladder.ts';
import { everything, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { phases, raftClients, raftWords } from './raft/setting.ts';

export default scenario({
  summary: 'Raft KV under every fault family; size, timing and workload drawn per seed',
  system: raftKv(),
  clients: raftClients(),
  storm: everything({ butRarely: ['wipe'], operated: true, words: raftWords }),
  ladder: raftLadder,
  phases,
  requiredProbes: [
    'leader change under load',
    'two nodes believe they lead',
    'split vote',
    'pre-vote refused',
    'uncommitted tail truncated',
    'old-term entry committed through a new one',
    'snapshot installed',
    'restart with a torn log tail',
    'lost unsynced write noticed at restart',
    'killed then recovered from cache then power lost',
    'crash during recovery',
    'fsync failed then succeeded',
    'read refused by a minority leader',
    'retry answered from the session table',
    'write refused on a full disk',
    'wall clock stepped back on a leader',
    'whole cluster down at once and back',
    'majority partition healed',
  ],
});
