import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { everything, scenario } from '../src/index.ts';
import { cluster, orchestratorClients, orchestratorWords, phases } from './orchestrator/setting.ts';

export default scenario({
  summary: 'The orchestrator under every fault family: managers, workers and their containers',
  system: cluster(),
  clients: orchestratorClients(),
  storm: everything({ butRarely: ['wipe'], operated: true, words: orchestratorWords }),
  ladder: orchestratorLadder,
  phases,
});
