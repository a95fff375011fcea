import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { partitions, scenario } from '../src/index.ts';
import { always } from './common/weather.ts';
import { cluster, orchestratorClients, orchestratorWords, phases } from './orchestrator/setting.ts';

export default scenario({
  summary: 'Two teams at the limits of their quotas: limits change, nodes come and go',
  system: cluster(),
  clients: orchestratorClients({
    'clients.operations': { kind: 'one of', values: [120, 60] },
    'cluster.quotas': always(true),
    'cluster.scaling': always(true),
    'cluster.deployments': always(true),
    'cluster.removals': always(true),
    'cluster.nodesPercent': { kind: 'one of', values: [0, 20] },
    'cluster.maxReplicas': { kind: 'one of', values: [5, 9] },
    'cluster.secrets': always(false),
    'cluster.trust': always(false),
  }),
  storm: partitions({ butRarely: ['clog'], faults: [1, 8], words: orchestratorWords }),
  ladder: orchestratorLadder,
  phases,
});
