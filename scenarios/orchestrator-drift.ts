import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { reigns, scenario } from '../src/index.ts';
import { always } from './common/weather.ts';
import { cluster, orchestratorClients, orchestratorWords, phases } from './orchestrator/setting.ts';

/** 5 %: what leases have to bear, and what the clocks really do. */
const driftPpm = 50_000;

const storm = reigns({ except: ['membership', 'bit-flip', 'wipe'], words: orchestratorWords });

export default scenario({
  summary:
    'Clocks that are wrong by 5 % against fences, under leaders and workers that are cut off',
  system: cluster({
    'orchestrator.driftBoundPpm': always(driftPpm),
    'raft.driftBoundPpm': always(driftPpm),
    // As short as they may be.
    'orchestrator.fenceMarginUs': { kind: 'one of', values: [20_000, 1_000] },
  }),
  clients: orchestratorClients({
    'cluster.volumes': always(true),
    'cluster.deployments': always(true),
  }),
  storm: { ...storm, knobs: { ...storm.knobs, 'clock.driftPpm': always(driftPpm) } },
  ladder: orchestratorLadder,
  phases,
});
