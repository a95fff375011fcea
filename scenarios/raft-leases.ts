import { raftLadder } from '../invariants/raft/ladder.ts';
import { reigns, scenario, seconds } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { beyond } from './common/beyond.ts';
import { noDiskFills, phases, raftClients, raftWords } from './raft/setting.ts';

/** Moments at which a lease is worth most to whoever holds it no longer. */
const words = {
  ...raftWords,
  messages: ['vote', 'timeout-now'],
  asks: ['heartbeat'],
  probes: ['transfer begun', 'campaign by order of the leader', 'lease read served'],
} as const;

/** Reigns are long where leases are, and a storm is to see several of them. */
const longPhases = { ...phases, storm: seconds(14) } as const;

export default scenario({
  summary: 'Raft KV that reads by leases, while leaders are cut off, stand still and hand over',
  system: raftKv({
    nodes: { kind: 'one of', values: [3, 5] },
    knobs: {
      // Where nobody else can be elected in time, a lease is worth nothing.
      'raft.spares': { kind: 'one of', values: [0, 0, 0, 1, 2] },
      'raft.priorities': { kind: 'one of', values: ['equal', 'equal', 'equal', 'first', 'last'] },
    },
  }),
  clients: raftClients({ 'clients.operations': { kind: 'one of', values: [900] } }, longPhases),
  storm: reigns({ words }),
  ladder: raftLadder,
  phases: longPhases,
  fixed: {
    'raft.leaseReads': true,
    'raft.checkQuorum': true,
    // Long leases and one busy key, so that whatever is stale is read.
    'raft.electionTimeoutUs': 300_000,
    'raft.heartbeatUs': 50_000,
    'clients.count': 8,
    'clients.keys': 1,
    'clients.localReadPercent': 0,
    'clients.readersPercent': 50,
    'clients.atLimits': false,
    'clients.shape': 'steady',
    'clients.thinkUs': 0,
    'clients.timeoutUs': 80_000,
  },
  requiredProbes: [
    'lease read served',
    'two nodes believe they lead',
    'transfer succeeded',
    'transfer given up',
    'majority partition healed',
  ],
  outOfReach: {
    ...noDiskFills,
    ...beyond('no client asks for a local read', 'get/local/*'),
    ...beyond('reads are served by leases', 'I57'),
    ...beyond(
      'no client goes to the limits',
      ...['*/key-*/*', '*/value-*/*', 'refused/*/too-large', 'late-reply/too-large', 'I44'],
    ),
  },
});
