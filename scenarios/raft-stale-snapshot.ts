import { raftLadder } from '../invariants/raft/ladder.ts';
import { calm, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { raftClients } from './raft/setting.ts';
import { staleSnapshot } from './raft/stale-snapshot.ts';
import { steeredPhases, steeredSettings } from './raft/steering.ts';

export default scenario({
  summary: 'Pieces of old snapshots reach a node that has gone on, from two leaders',
  system: raftKv(),
  clients: raftClients(),
  storm: calm(),
  ladder: raftLadder,
  phases: steeredPhases,
  fixed: {
    ...steeredSettings,
    nodes: 3,
    'raft.snapshotEntries': 20,
    'raft.trailingEntries': 0,
    'raft.chunkBytes': 256,
    'raft.batchEntries': 64,
  },
  plan: staleSnapshot,
  requiredFaults: ['kill', 'suspend', 'degrade'],
  requiredProbes: ['snapshot installed', 'stale snapshot refused'],
});
