import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { type Fault, scenario, seconds } from '../src/index.ts';
import { topologyOf } from '../src/systems/orchestrator/topology.ts';
import { weather } from './common/weather.ts';
import { cluster, nodeAt } from './orchestrator/setting.ts';
import { at, drawOf, drawOfVolume, isPlain, steeredClients } from './orchestrator/steering.ts';

const phases = { form: seconds(2), storm: seconds(8), settle: seconds(15) } as const;

/** A service that behaves well and needs one volume, and nothing else. */
function needing(volume: string): number {
  return drawOf((spec) => {
    const { mode, template } = spec;
    if (!template.volumes.some(({ source }) => source === volume)) return false;
    const alone = { ...template, volumes: [] };
    const many = { ...mode, kind: 'replicated', replicas: 3 } as const;
    return template.image.startsWith('app:') && isPlain({ ...spec, template: alone, mode: many });
  });
}

const [first, second] = [needing('v0'), needing('v1')];
const exclusive = drawOfVolume(({ driver, exclusive }) => driver === 'shared' && exclusive);

const losses = weather(
  'a node is lost while a volume passes on',
  'no damage',
  ['kill', 'partition'],
  (draw, _times, config): readonly Fault[] => {
    if (draw(3) === 0) return [];
    const { managers, workers } = topologyOf(config);
    const durationUs = 300_000 + draw(3_500_000);
    const some = draw(3) === 0 ? { role: 'leader' } : { node: nodeAt(managers + draw(workers)) };
    // Mostly whoever has a volume: it was told so in one of the first assignments.
    const isHolder = draw(3) > 0;
    const target = isHolder ? { role: '@event' } : some;
    const told = { event: 'receive:assign', nth: 1 + draw(3), notBeforeUs: seconds(1.4) };
    const afterUs = seconds(2.5) + draw(3_000_000);
    const when = isHolder ? { ...told, afterUs } : { atUs: seconds(4) + draw(4_000_000) };
    if (draw(2) === 0) return [{ kind: 'kill', target, when, durationUs }];
    const about = { shape: 'isolate', direction: 'both', flapUs: 0, arrangement: draw(9) } as const;
    return [{ kind: 'partition', target, when, durationUs, ...about }];
  },
);

export default scenario({
  summary:
    'Services wait for an exclusive volume, or for one that is made later, in quiet clusters',
  system: cluster(),
  clients: steeredClients((draw) => [
    at(seconds(1), { do: 'create-volume', volume: 'v0', draw: exclusive }),
    at(seconds(1.5), { do: 'create-service', service: 's0', draw: first }),
    at(seconds(2), { do: 'create-service', service: 's1', draw: first }),
    at(seconds(2.5), { do: 'create-service', service: 's2', draw: first }),
    at(seconds(2.5), { do: 'create-service', service: 's3', draw: second }, 1),
    at(seconds(4) + draw(1_000_000), { do: 'remove-service', service: 's0' }),
    at(seconds(6) + draw(2_000_000), { do: 'create-volume', volume: 'v1', draw: exclusive }, 1),
    // Whoever has it now goes, and then the one after that.
    at(seconds(9) + draw(3_000_000), { do: 'scale', service: 's1', replicas: 0 }),
    at(seconds(14) + draw(1_000_000), { do: 'remove-service', service: 's2' }),
    at(seconds(15), { do: 'scale', service: 's1', replicas: 1 }),
    at(seconds(16), { do: 'deploy', service: 's3', draw: draw(7) }, 1),
  ]),
  storm: losses,
  ladder: orchestratorLadder,
  phases,
});
