import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { partitions, scenario } from '../src/index.ts';
import { always } from './common/weather.ts';
import { cluster, orchestratorClients, orchestratorWords, phases } from './orchestrator/setting.ts';

export default scenario({
  summary: 'Nodes are closed and opened, services scaled, deployed and removed, all at once',
  system: cluster({
    // Many decisions in one entry, which have time to grow old on slow links.
    'orchestrator.batch': { kind: 'one of', values: [16, 64] },
  }),
  clients: orchestratorClients({
    'clients.count': always(4),
    'clients.lanes': { kind: 'one of', values: [3, 2] },
    'clients.operations': always(240),
    'clients.shape': { kind: 'one of', values: ['bursts', 'steady'] },
    'cluster.services': { kind: 'one of', values: [6, 3] },
    'cluster.maxReplicas': { kind: 'one of', values: [9, 5] },
    'cluster.scaling': always(true),
    'cluster.drains': always(true),
    'cluster.deployments': always(true),
    'cluster.nodesPercent': { kind: 'one of', values: [40, 20] },
    'cluster.volumes': always(true),
    // Services that wait for each other's volume.
    'cluster.volumeNames': { kind: 'one of', values: [1, 3] },
    'cluster.removals': always(true),
    'cluster.secrets': always(false),
    'cluster.trust': always(false),
  }),
  storm: partitions({
    butRarely: ['partition', 'clog'],
    faults: [1, 8],
    words: orchestratorWords,
  }),
  ladder: orchestratorLadder,
  phases,
});
