import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { scenario, seconds } from '../src/index.ts';
import { cluster, phases } from './orchestrator/setting.ts';
import {
  at,
  drawOf,
  isPlain,
  leaderMayBeLost,
  steeredClients,
  watching,
} from './orchestrator/steering.ts';

/** Services that go back by themselves, of every strategy. */
const goingBack = [0, 1, 2, 3, 4, 5].map((nth) =>
  drawOf((spec) => isPlain(spec) && spec.update.onFailure === 'rollback', nth),
);

/** One that lets an image pass which fails late: the way back to it fails, and is not turned back. */
const hasty = drawOf((spec) => {
  const { update, rollback } = spec;
  if (!isPlain(spec) || update.onFailure !== 'rollback' || update.maxFailurePerMille > 0)
    return false;
  const { strategy } = update;
  const isAtOnce = strategy.kind === 'rolling' && strategy.parallelism === 0;
  return isAtOnce && update.monitorUs === 0 && rollback.parallelism === 1;
});
/** It crashes from the first day on, and uses up its restarts again and again. */
const crashing = drawOf(({ mode, template }) => {
  const { condition, maxAttempts, windowUs } = template.restart;
  if (mode.kind !== 'replicated' || template.image !== 'crashes:1') return false;
  if (template.volumes.length > 0 || template.secrets.length > 0) return false;
  return condition === 'any' && maxAttempts > 0 && windowUs > 0 && template.ports.length === 0;
});
/** Stands for the image that fails late. */
const late = 4;

export default scenario({
  summary:
    'An image that crashes, leaks, is never well or is missing is deployed: services go back',
  system: cluster(),
  clients: steeredClients((draw) => [
    at(seconds(1), { do: 'create-service', service: 's0', draw: goingBack[draw(6)]! }),
    at(seconds(1), { do: 'create-service', service: 's1', draw: goingBack[draw(6)]! }),
    at(seconds(1), { do: 'create-service', service: 's2', draw: hasty }, 1),
    at(seconds(1.5), { do: 'create-service', service: 's3', draw: crashing }),
    at(seconds(3), { do: 'deploy-bad', service: 's2', draw: late }, 1),
    at(seconds(4), { do: 'deploy-bad', service: 's0', draw: draw(4) }),
    at(seconds(4.5), { do: 'deploy-bad', service: 's1', draw: draw(4) }, 1),
    // Before it is back, or after.
    at(seconds(5) + draw(4_000_000), { do: 'deploy', service: 's1', draw: draw(7) }, 1),
    at(seconds(5) + draw(4_000_000), { do: 'rollback', service: 's0' }),
    at(seconds(5.5), { do: 'deploy', service: 's2', draw: draw(7) }, 1),
    at(seconds(8) + draw(1_000_000), { do: 'rollback', service: 's2' }, 1),
    ...watching('s0', seconds(4), seconds(24), seconds(0.5)),
  ]),
  storm: leaderMayBeLost(seconds(4)),
  ladder: orchestratorLadder,
  phases,
});
