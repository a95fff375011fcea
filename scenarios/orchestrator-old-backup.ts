import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { type Fault, scenario, seconds } from '../src/index.ts';
import { topologyOf } from '../src/systems/orchestrator/topology.ts';
import { weather } from './common/weather.ts';
import { cluster, nodeAt } from './orchestrator/setting.ts';
import { at, drawOf, drawOfVolume, isPlain, steeredClients } from './orchestrator/steering.ts';

const phases = { form: seconds(2), storm: seconds(8), settle: seconds(16) } as const;

const [first, second, third] = [drawOf(isPlain, 0), drawOf(isPlain, 1), drawOf(isPlain, 2)];
const exclusive = drawOfVolume(({ driver, exclusive }) => driver === 'shared' && exclusive);
const holder = drawOf(({ template, mode }) => {
  return mode.kind === 'replicated' && template.volumes.some(({ source }) => source === 'v0');
});

/** When the cluster goes back to what was asked for before. */
const restoreUs = seconds(6.5);

const losses = weather(
  'a worker is cut off while the cluster goes back, or the leader is lost in it',
  'no damage',
  ['kill', 'partition'],
  (draw, _times, config): readonly Fault[] => {
    const { managers, workers } = topologyOf(config);
    const durationUs = 500_000 + draw(3_000_000);
    const faults: Fault[] = [];
    if (draw(3) > 0) {
      const target = { node: nodeAt(managers + draw(workers)) };
      const about = { shape: 'isolate', direction: 'both', flapUs: 0, arrangement: 0 } as const;
      const when = { atUs: restoreUs - 200_000 - draw(2_500_000) };
      faults.push({ kind: 'partition', target, when, durationUs, ...about });
    }
    if (draw(3) > 0) {
      const when = { atUs: restoreUs + draw(60_000) };
      faults.push({ kind: 'kill', target: { role: 'leader' }, when, durationUs });
    }
    return faults;
  },
);

export default scenario({
  summary: 'A cluster goes back to an old backup, behind what its workers run',
  system: cluster(),
  clients: steeredClients((draw) => [
    at(seconds(1), { do: 'create-volume', volume: 'v0', draw: exclusive }),
    at(seconds(1.2), { do: 'create-service', service: 's0', draw: first }),
    at(seconds(1.2), { do: 'create-service', service: 's1', draw: second }, 1),
    at(seconds(1.5), { do: 'create-service', service: 's3', draw: holder }, 1),
    at(seconds(2.6), { do: 'take-backup' }),
    // All of this is forgotten again.
    at(seconds(3) + draw(500_000), { do: 'remove-service', service: 's1' }, 1),
    at(seconds(3.4), { do: 'deploy', service: 's0', draw: draw(7) }),
    at(seconds(3.6) + draw(500_000), { do: 'scale', service: 's0', replicas: draw(5) }),
    at(seconds(4), { do: 'create-service', service: 's2', draw: third }, 1),
    at(seconds(4.5), { do: 'remove-service', service: 's3' }, 1),
    at(seconds(5) + draw(1_000_000), { do: 'drain', node: draw(5) }, 1),
    at(restoreUs, { do: 'restore' }),
    at(restoreUs + draw(1_500_000), { do: 'deploy', service: 's0', draw: draw(7) }, 1),
    at(seconds(9), { do: 'restore' }),
    at(seconds(24), { do: 'list-services' }),
    at(seconds(24), { do: 'read-service', service: 's1' }, 1),
  ]),
  storm: losses,
  ladder: orchestratorLadder,
  phases,
});
