import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { type Fault, scenario, seconds } from '../src/index.ts';
import type { ServiceSpec } from '../src/systems/orchestrator/specs/service-spec.ts';
import { topologyOf } from '../src/systems/orchestrator/topology.ts';
import { always, weather } from './common/weather.ts';
import { cluster, nodeAt } from './orchestrator/setting.ts';
import { at, drawOf, steeredClients } from './orchestrator/steering.ts';

const phases = { form: seconds(2), storm: seconds(14), settle: seconds(16) } as const;

/** A kept service with a port of the machine. */
function ported({ mode, template }: ServiceSpec): boolean {
  const { ports, disconnect, volumes, secrets, image } = template;
  const isKept = disconnect.kind === 'keep' && volumes.length + secrets.length === 0;
  if (mode.kind !== 'replicated' || mode.replicas < 3 || !isKept) return false;
  return image.startsWith('app:') && ports.some(({ publish }) => publish === 'host');
}

const [first, second, third] = [drawOf(ported, 0), drawOf(ported, 1), drawOf(ported, 2)];

const cuts = weather(
  'a worker is cut off until its tasks are given up, then comes back with them',
  'no damage',
  ['partition'],
  (draw, _times, config): readonly Fault[] => {
    const { managers, workers } = topologyOf(config);
    const about = { shape: 'isolate', direction: 'both', flapUs: 0, arrangement: 0 } as const;
    const cut = (worker: number): Fault => ({
      ...{ kind: 'partition', ...about },
      target: { node: nodeAt(managers + (worker % workers)) },
      when: { atUs: seconds(3.5) + draw(1_000_000) },
      durationUs: seconds(6) + draw(4_000_000),
    });
    const worker = draw(workers);
    return draw(2) === 0 ? [cut(worker)] : [cut(worker), cut(worker + 1)];
  },
);

export default scenario({
  summary: 'Workers come back with what was given up, and get tasks with the same ports at once',
  system: cluster({
    'orchestrator.orphanUs': always(1_000_000),
    'orchestrator.hostPorts': { kind: 'one of', values: [3, 2] },
    'orchestrator.taskAddresses': { kind: 'one of', values: [24, 40] },
  }),
  clients: steeredClients((draw) => [
    at(seconds(1), { do: 'create-service', service: 's0', draw: first }),
    at(seconds(1.2), { do: 'create-service', service: 's1', draw: second }, 1),
    // More than the other machines have ports for: it waits for whoever comes back.
    at(seconds(5), { do: 'create-service', service: 's2', draw: third }, 1),
    at(seconds(6), { do: 'scale', service: 's0', replicas: 4 + draw(6) }),
    at(seconds(8), { do: 'scale', service: 's1', replicas: 4 + draw(6) }, 1),
    at(seconds(18), { do: 'deploy', service: 's0', draw: draw(7) }),
  ]),
  storm: cuts,
  ladder: orchestratorLadder,
  phases,
});
