import {
  type ClientsDefinition,
  type Domain,
  type Fault,
  type StormDefinition,
  type SystemDefinition,
  seconds,
} from '../../src/index.ts';
import { topologyOf } from '../../src/systems/orchestrator/topology.ts';
import { always, weather } from '../common/weather.ts';
import { cluster, nodeAt } from './setting.ts';
import { at, drawOf, drawOfVolume, isPlain, steeredClients } from './steering.ts';

interface Lengths {
  readonly form: number;
  readonly storm: number;
  readonly settle: number;
}

const cutUs = seconds(8);

/** One worker, or two, out of reach of all others for so long; clients can stand on either side. */
export function cutOffFor(
  words: string,
  forSeconds: number,
): { readonly phases: Lengths; readonly storm: StormDefinition } {
  const durationUs = seconds(forSeconds);
  const storm = weather(
    `workers are cut off for ${words}`,
    'no damage',
    ['partition', 'kill', 'power-loss'],
    (draw, _times, config) => {
      const { managers, workers } = topologyOf(config);
      const first = draw(workers);
      const cut = (worker: number, atUs: number): Fault => ({
        kind: 'partition',
        shape: 'isolate',
        target: { node: nodeAt(managers + worker) },
        direction: draw(4) === 0 ? 'outbound' : 'both',
        flapUs: 0,
        arrangement: draw(100),
        when: { atUs },
        durationUs,
      });
      const faults: Fault[] = [cut(first, cutUs)];
      if (draw(2) === 0 && workers > 2) {
        faults.push(cut((first + 1) % workers, cutUs + draw(2_000_000)));
      }
      // While it is alone its agent dies, or its machine: what it has on its disk must be enough.
      if (draw(2) === 0) {
        const when = { atUs: cutUs + Math.floor(durationUs / 2) };
        const target = { node: nodeAt(managers + first) };
        const kind = draw(2) === 0 ? 'kill' : 'power-loss';
        faults.push({ kind, target, when, durationUs: seconds(3) });
      }
      return faults;
    },
  );
  const phases = { form: seconds(4), storm: seconds(forSeconds + 10), settle: seconds(180) };
  return { phases, storm };
}

/** A cluster whose disks and links are dull: what matters is time. */
export function longCluster(knobs: Readonly<Record<string, Domain>>): SystemDefinition {
  return cluster({
    'raft.snapshotEntries': { kind: 'one of', values: [1_000, 20] },
    'raft.heartbeatUs': always(200_000),
    'raft.electionTimeoutUs': always(800_000),
    'orchestrator.beatUs': always(2_000_000),
    'orchestrator.leaseUs': always(6_000_000),
    'orchestrator.downUs': always(7_000_000),
    'orchestrator.fenceMarginUs': always(200_000),
    // Sessions of clients are not renewed while nobody asks for anything.
    'orchestrator.sessionLeaseUs': always(20_000_000),
    ...knobs,
  });
}

const kept = [0, 1, 2].map((nth) =>
  drawOf(
    (spec) =>
      isPlain(spec) && spec.template.disconnect.kind === 'keep' && spec.template.health === null,
    nth,
  ),
);
const fenced = drawOf(
  (spec) =>
    isPlain(spec) && spec.template.disconnect.kind === 'fence' && spec.template.health === null,
);
const single = drawOf(
  ({ template, mode }) =>
    template.volumes.some(({ source }) => source === 'v0') &&
    template.health === null &&
    template.ports.length === 0 &&
    template.placement.constraints.length === 0 &&
    template.image.startsWith('app:') &&
    mode.kind === 'replicated',
);
const shared = drawOfVolume(({ driver, exclusive }) => driver === 'shared' && exclusive);

/** Services of every kind of disconnection; some of them change, or go, in the meantime. */
export function longClients({ form, storm, settle }: Lengths): ClientsDefinition {
  return steeredClients((draw) => {
    const healUs = form + storm;
    const middleUs = cutUs + Math.floor(storm / 2);
    return [
      at(seconds(1), { do: 'create-volume', volume: 'v0', draw: shared }),
      at(seconds(1), { do: 'create-service', service: 's0', draw: kept[draw(kept.length)]! }),
      at(seconds(1), { do: 'create-service', service: 's1', draw: fenced }),
      at(seconds(1), { do: 'create-service', service: 's2', draw: single }),
      at(seconds(1), { do: 'create-service', service: 's3', draw: kept[draw(kept.length)]! }),
      at(middleUs, { do: 'deploy', service: 's0', draw: draw(7) }),
      at(middleUs, { do: 'scale', service: 's1', replicas: 1 + draw(4) }, 1),
      at(middleUs + seconds(60), { do: 'remove-service', service: 's3' }),
      at(healUs - seconds(2), { do: 'deploy', service: 's1', draw: draw(7) }, 1),
      ...['s0', 's1', 's2', 's3'].flatMap((service) => [
        at(healUs + Math.floor(settle * 0.9), { do: 'list-tasks', service }),
        at(healUs + Math.floor(settle * 0.9), { do: 'list-tasks', service }, 1),
      ]),
    ];
  });
}
