import { raftLadder } from '../invariants/raft/ladder.ts';
import { calm, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { cutOffAtHandover, leaseClients, leasePhases, leaseSettings } from './raft/lease.ts';

export default scenario({
  summary: 'A leader hands over and is cut off: it must not read by its lease any more',
  system: raftKv(),
  clients: leaseClients(),
  storm: calm(),
  ladder: raftLadder,
  phases: leasePhases,
  fixed: { ...leaseSettings, 'raft.electionTimeoutUs': 300_000 },
  plan: cutOffAtHandover,
  requiredFaults: ['transfer', 'partition'],
  requiredProbes: ['lease read served'],
});
