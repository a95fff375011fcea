import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { calm, scenario, seconds } from '../src/index.ts';
import { operators } from './orchestrator/operators.ts';
import { cluster } from './orchestrator/setting.ts';

/** What `seedstorm orchestrator` drives: the commands of a session are the intents of its case file. */
export default scenario({
  summary: 'A calm cluster that does what its operator says: see seedstorm orchestrator --help',
  system: cluster(),
  clients: operators(() => []),
  storm: calm(),
  ladder: orchestratorLadder,
  phases: { form: seconds(2), storm: seconds(1), settle: seconds(597) },
});
