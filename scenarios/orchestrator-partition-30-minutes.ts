import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { scenario } from '../src/index.ts';
import { cutOffFor, longClients, longCluster } from './orchestrator/long-partition.ts';

const { phases, storm } = cutOffFor('30 minutes', 1_800);

export default scenario({
  summary: 'Workers are cut off for 30 minutes while services change, and come back',
  system: longCluster({}),
  clients: longClients(phases),
  storm,
  ladder: orchestratorLadder,
  phases,
  stepLimit: 20_000_000,
});
