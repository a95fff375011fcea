import { raftLadder } from '../invariants/raft/ladder.ts';
import { calm, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { cutOffWithDrift, leaseClients, leasePhases, leaseSettings } from './raft/lease.ts';

export default scenario({
  summary: 'A leader whose clock is as slow as may be is cut off: its lease ends in time',
  system: raftKv(),
  clients: leaseClients(),
  storm: calm(),
  ladder: raftLadder,
  phases: leasePhases,
  fixed: leaseSettings,
  plan: cutOffWithDrift(-20_000, 20_000),
  requiredFaults: ['clock-drift', 'partition'],
  requiredProbes: ['lease read served', 'two nodes believe they lead'],
});
