import { raftLadder } from '../invariants/raft/ladder.ts';
import { disks, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { phases, raftClients, raftWords } from './raft/setting.ts';

export default scenario({
  summary: 'Raft KV on disks that fail, fill, stall and rot, under nodes that crash',
  system: raftKv(),
  clients: raftClients(),
  storm: disks({ operated: true, words: raftWords }),
  ladder: raftLadder,
  phases,
  requiredProbes: [
    'restart with a torn log tail',
    'lost unsynced write noticed at restart',
    'fsync failed then succeeded',
    'write refused on a full disk',
  ],
});
