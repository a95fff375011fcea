import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { calm, scenario } from '../src/index.ts';
import { cluster, orchestratorClients, phases } from './orchestrator/setting.ts';

export default scenario({
  summary: 'The orchestrator in calm weather: every size, setting and workload, no fault',
  system: cluster(),
  clients: orchestratorClients(),
  storm: calm(),
  ladder: orchestratorLadder,
  phases,
});
