import { raftLadder } from '../invariants/raft/ladder.ts';
import { calm, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { damagedTail } from './raft/damaged-tail.ts';
import { raftClients } from './raft/setting.ts';
import { steeredPhases, steeredSettings } from './raft/steering.ts';

export default scenario({
  summary: 'A minority loses committed entries to damage, and nobody who runs has them',
  system: raftKv(),
  clients: raftClients(),
  storm: calm(),
  ladder: raftLadder,
  phases: steeredPhases,
  fixed: { ...steeredSettings, nodes: 3, 'raft.segmentBytes': 65_536 },
  plan: damagedTail,
  requiredFaults: ['kill', 'suspend', 'bit-flip'],
  requiredProbes: ['damage noticed', 'damage repaired'],
});
