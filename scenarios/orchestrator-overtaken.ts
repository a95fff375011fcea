import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { scenario, seconds } from '../src/index.ts';
import { serviceFrom, tuned } from '../src/systems/orchestrator/client/wares.ts';
import type { ServiceSpec } from '../src/systems/orchestrator/specs/service-spec.ts';
import { cluster, phases } from './orchestrator/setting.ts';
import {
  at,
  drawOf,
  isPlain,
  leaderMayBeLost,
  steeredClients,
  watching,
} from './orchestrator/steering.ts';

/** It goes slot by slot, and waits a while at each. */
function isSlow(spec: ServiceSpec): boolean {
  const { strategy, monitorUs } = spec.update;
  if (!isPlain(spec) || strategy.kind !== 'rolling' || monitorUs === 0) return false;
  const { template } = spec;
  return strategy.parallelism === 1 && template.image === 'app:1' && template.health === null;
}

const slow = [0, 1, 2].map((nth) => drawOf(isSlow, nth));

/** Draws that stand for another way of deploying, one that waits for a person. */
function patient(kind: 'blue-green' | 'canary'): number {
  const any = serviceFrom('any', slow[0]!, {
    ...{ volumes: [], secrets: [], teams: [] },
    mostReplicas: 4,
  });
  for (let draw = 0; ; draw++) {
    const { strategy } = tuned(any, draw).update;
    if (strategy.kind === kind && !strategy.autoPromote) return draw;
  }
}

const ways = [patient('blue-green'), patient('canary')];

export default scenario({
  summary: 'A deployment side by side overtakes a rolling one, and is turned back',
  system: cluster(),
  clients: steeredClients((draw) => {
    const overtakenUs = seconds(4.2) + draw(1_000_000);
    return [
      at(seconds(1), { do: 'create-service', service: 's0', draw: slow[draw(slow.length)]! }),
      at(seconds(4), { do: 'deploy', service: 's0', draw: 1 }),
      at(overtakenUs, { do: 'tune', service: 's0', draw: ways[draw(ways.length)]! }, 1),
      at(overtakenUs, { do: 'deploy', service: 's0', draw: 2 }, 1),
      at(seconds(7) + draw(1_500_000), { do: 'rollback', service: 's0' }),
      at(seconds(16), { do: 'deploy', service: 's0', draw: 3 + draw(4) }),
      ...watching('s0', seconds(4), seconds(12), seconds(0.5)),
    ];
  }),
  storm: leaderMayBeLost(seconds(4.2)),
  ladder: orchestratorLadder,
  phases,
});
