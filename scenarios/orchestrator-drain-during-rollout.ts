import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { type Fault, scenario, seconds } from '../src/index.ts';
import { topologyOf } from '../src/systems/orchestrator/topology.ts';
import { weather } from './common/weather.ts';
import { cluster, nodeAt, phases } from './orchestrator/setting.ts';
import { at, drawOf, isPlain, steeredClients, watching } from './orchestrator/steering.ts';

const services = [0, 1, 2, 3, 4, 5].map((nth) => drawOf(isPlain, nth));
const everywhere = drawOf(
  ({ mode, template }) => mode.kind === 'global' && template.image.startsWith('app:'),
);

const trouble = weather(
  'a node is drained while a service is being rolled out',
  'no damage',
  ['kill', 'partition'],
  (draw, _times, config): readonly Fault[] => {
    if (draw(3) === 0) return [];
    const { managers, workers } = topologyOf(config);
    const target = draw(2) === 0 ? { role: 'leader' } : { node: nodeAt(managers + draw(workers)) };
    const when = { atUs: seconds(4) + draw(2_000_000) };
    const durationUs = 500_000 + draw(2_000_000);
    if (draw(2) === 0) return [{ kind: 'kill', target, when, durationUs }];
    const about = { shape: 'isolate', direction: 'both', flapUs: 0, arrangement: draw(9) } as const;
    return [{ kind: 'partition', target, when, durationUs, ...about }];
  },
);

export default scenario({
  summary: 'Nodes are drained and opened again while services are being rolled out',
  system: cluster(),
  clients: steeredClients((draw) => {
    const drainUs = seconds(4) + draw(1_500_000);
    const node = draw(5);
    const another = node + 1;
    const laterUs = drainUs + draw(3_000_000);
    const image = [draw(7), draw(7), draw(7)] as const;
    const first = [services[draw(6)]!, services[draw(6)]!] as const;
    // Or a node stays closed, and has to be empty in the end.
    const opened = [node, another].filter(() => draw(2) === 0);
    return [
      at(seconds(1), { do: 'create-service', service: 's0', draw: first[0] }),
      at(seconds(1), { do: 'create-service', service: 's1', draw: first[1] }),
      at(seconds(1), { do: 'create-service', service: 's2', draw: everywhere }),
      at(seconds(4), { do: 'deploy', service: 's0', draw: image[0] }),
      at(seconds(4), { do: 'deploy', service: 's2', draw: image[1] }),
      at(drainUs, { do: 'drain', node }, 1),
      at(drainUs + 500_000, { do: 'deploy', service: 's1', draw: image[2] }),
      at(laterUs, { do: 'drain', node: another }, 1),
      ...opened.map((one) => at(seconds(9.5), { do: 'activate', node: one }, 1)),
      ...watching('s0', seconds(5), seconds(22), seconds(1)),
    ];
  }),
  storm: trouble,
  ladder: orchestratorLadder,
  phases,
});
