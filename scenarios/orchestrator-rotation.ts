import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { type Fault, scenario, seconds } from '../src/index.ts';
import { topologyOf } from '../src/systems/orchestrator/topology.ts';
import { always, weather } from './common/weather.ts';
import { cluster, nodeAt } from './orchestrator/setting.ts';
import { at, drawOf, isPlain, steeredClients } from './orchestrator/steering.ts';

const phases = { form: seconds(3), storm: seconds(12), settle: seconds(25) } as const;
const plain = drawOf(isPlain);
const secret = drawOf(
  ({ template, mode }) =>
    template.secrets.some(({ source }) => source === 'k0') &&
    template.volumes.length === 0 &&
    template.image.startsWith('app:') &&
    mode.kind === 'replicated',
);

/** Its tasks end all the time, and others come: what a node forgets has to be brought again. */
const restless = drawOf(
  ({ template, mode }) =>
    template.secrets.some(({ source }) => source === 'k0') &&
    template.volumes.length === 0 &&
    template.image === 'flaky:1' &&
    template.restart.condition === 'any' &&
    template.restart.maxAttempts === 0 &&
    mode.kind === 'replicated' &&
    mode.replicas >= 3,
);

const apart = weather(
  'a partition, while roots, tokens and certificates are changed',
  'no damage',
  ['partition', 'power-loss', 'wipe'],
  (draw, _times, config): readonly Fault[] => {
    const { managers, workers } = topologyOf(config);
    const worker = { node: nodeAt(managers + draw(workers)) };
    const isLeader = draw(3) === 0;
    const cut: Fault = {
      kind: 'partition',
      shape: 'isolate',
      target: isLeader ? { role: 'leader' } : worker,
      ...{ direction: 'both', flapUs: 0, arrangement: draw(9) },
      when: { atUs: seconds(4) + draw(2_000_000) },
      durationUs: seconds(2) + draw(7_000_000),
    };
    const other = { node: nodeAt(managers + draw(workers)) };
    const later = { when: { atUs: seconds(8) + draw(4_000_000) }, durationUs: seconds(1) };
    // Or a machine that has to join again, perhaps with a token that was rotated away meanwhile.
    const kind = (['power-loss', 'wipe', undefined] as const)[draw(3)];
    return kind === undefined ? [cut] : [cut, { kind, target: other, ...later }];
  },
);

export default scenario({
  summary: 'Roots, tokens, certificates and secrets are changed while nodes are cut off',
  // Certificates live for seconds, so that they are renewed all the time.
  system: cluster({ 'orchestrator.certificateUs': always(4_000_000) }),
  clients: steeredClients((draw) => [
    at(seconds(1), { do: 'put-secret', secret: 'k0', draw: 1 }),
    at(seconds(1), { do: 'create-service', service: 's0', draw: plain }),
    at(seconds(1.5), { do: 'create-service', service: 's1', draw: secret }),
    at(seconds(2), { do: 'create-service', service: 's2', draw: restless }, 1),
    at(seconds(4), { do: 'rotate-root' }),
    at(seconds(5) + draw(1_000_000), { do: 'rotate-token' }, 1),
    at(seconds(6), { do: 'put-secret', secret: 'k0', draw: 2 + draw(50) }),
    at(seconds(7), { do: 'deploy', service: 's1', draw: draw(7) }),
    at(seconds(8) + draw(4_000_000), { do: 'rotate-root' }, 1),
    at(seconds(9), { do: 'rotate-token' }),
    at(seconds(4) + draw(6_000_000), { do: 'rotate-keys' }, 1),
    at(seconds(4) + draw(6_000_000), { do: 'rotate-keys' }),
    at(seconds(13), { do: 'deploy', service: 's0', draw: draw(7) }, 1),
    at(seconds(37), { do: 'list-nodes' }),
  ]),
  storm: apart,
  ladder: orchestratorLadder,
  phases,
});
