import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { everything, scenario } from '../src/index.ts';
import { cluster, orchestratorClients, orchestratorWords, phases } from './orchestrator/setting.ts';

export default scenario({
  summary: 'The orchestrator under every fault family: managers, workers and their containers',
  system: cluster(),
  clients: orchestratorClients(),
  // Its leases are counted on clocks that run: the budget refuses each suspension. Pauses are stalls.
  storm: everything({
    butRarely: ['wipe'],
    except: ['suspend'],
    operated: true,
    words: orchestratorWords,
  }),
  ladder: orchestratorLadder,
  phases,
});
