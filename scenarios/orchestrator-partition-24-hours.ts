import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { scenario } from '../src/index.ts';
import { always } from './common/weather.ts';
import { cutOffFor, longClients, longCluster } from './orchestrator/long-partition.ts';

const { phases, storm } = cutOffFor('24 hours', 86_400);

export default scenario({
  summary: 'Workers are cut off for a day while services change, and come back',
  // Seconds for what is a fraction of one elsewhere: a day has many beats.
  system: longCluster({
    'raft.electionTimeoutUs': always(15_000_000),
    'raft.heartbeatUs': always(5_000_000),
    'orchestrator.beatUs': always(20_000_000),
    'orchestrator.leaseUs': always(60_000_000),
    'orchestrator.downUs': always(62_000_000),
    // What is lost for longer than this is given up.
    'orchestrator.orphanUs': { kind: 'one of', values: [172_800_000_000, 43_200_000_000] },
  }),
  clients: longClients(phases),
  storm,
  ladder: orchestratorLadder,
  phases,
  stepLimit: 20_000_000,
});
