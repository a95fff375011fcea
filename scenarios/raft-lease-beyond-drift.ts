import { raftLadder } from '../invariants/raft/ladder.ts';
import { calm, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { cutOffWithDrift, leaseClients, leasePhases, leaseSettings } from './raft/lease.ts';

/** Broken on purpose: beyond the bound that leases count on, a read is stale, and that is seen. */
export default scenario({
  summary: 'A leader whose clock is far too slow is cut off: it serves stale reads by its lease',
  system: raftKv(),
  clients: leaseClients(),
  storm: { ...calm(), name: 'beyond the bound of clocks', withinTolerance: false },
  ladder: raftLadder,
  phases: leasePhases,
  fixed: leaseSettings,
  plan: cutOffWithDrift(-800_000, 0),
  requiredFaults: ['clock-drift', 'partition'],
});
