import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { partitions, scenario } from '../src/index.ts';
import { always } from './common/weather.ts';
import { cluster, orchestratorClients, orchestratorWords, phases } from './orchestrator/setting.ts';

export default scenario({
  summary:
    'Reads of managers that lag, and subscribers that miss events, under partitions and clogs',
  system: cluster({
    // Few enough that a subscriber who stays behind has missed some, and snapshots that skip many.
    'orchestrator.eventsKept': { kind: 'one of', values: [8, 32] },
    'raft.snapshotEntries': { kind: 'one of', values: [3, 20, 100] },
    'raft.trailingEntries': { kind: 'one of', values: [0, 5] },
  }),
  clients: orchestratorClients({
    'cluster.freshPercent': { kind: 'one of', values: [10, 0, 50] },
    'cluster.watches': always(true),
    'clients.count': always(4),
    'clients.lanes': { kind: 'one of', values: [1, 3] },
    'clients.operations': { kind: 'one of', values: [160] },
  }),
  storm: partitions({ words: orchestratorWords, operated: true }),
  ladder: orchestratorLadder,
  phases,
});
