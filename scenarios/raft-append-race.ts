import { raftLadder } from '../invariants/raft/ladder.ts';
import { calm, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { appendRace } from './raft/append-race.ts';
import { raftClients } from './raft/setting.ts';
import { steeredPhases, steeredSettings } from './raft/steering.ts';

export default scenario({
  summary: 'A write is under way while its entries are replaced, and then they come back',
  system: raftKv(),
  clients: raftClients(),
  storm: calm(),
  ladder: raftLadder,
  phases: steeredPhases,
  fixed: { ...steeredSettings, nodes: 5 },
  plan: appendRace,
  requiredFaults: ['kill', 'suspend', 'disk', 'power-loss'],
  requiredProbes: ['uncommitted tail truncated'],
});
