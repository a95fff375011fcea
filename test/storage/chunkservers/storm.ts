import {
  type ClientsDefinition,
  everything,
  type Scenario,
  type StormDefinition,
  type SystemDefinition,
  scenario,
  seconds,
} from '../../../src/index.ts';
import { chunkServerComponent } from '../../../src/systems/storage/chunkserver/component.ts';
import { noticedDamage } from '../../../src/systems/storage/chunkserver/disk-image.ts';
import { simulationSettings } from '../../../src/systems/storage/metadata/settings.ts';
import { simulationTimings } from '../../../src/systems/storage/timings.ts';
import { chunkServerLadder } from './laws.ts';
import { stewardComponent } from './steward.ts';
import { StewardLog } from './steward-log.ts';

const untilUs = seconds(9);

const system: SystemDefinition = {
  name: 'chunkservers',
  knobs: {
    nodes: { kind: 'one of', values: [5, 4, 7] },
    'server.capacityBytes': { kind: 'one of', values: [1_000_000, 20_000] },
  },
  node: (config, peers, index) =>
    chunkServerComponent({
      peers,
      index,
      masters: ['c1'],
      settings: simulationSettings,
      timings: { ...simulationTimings, driftBoundPpm: 20_000 },
      place: {
        region: 1,
        zone: (index % 3) + 1,
        host: index + 1,
        weight: 1,
        capacityBytes: Number(config['server.capacityBytes']),
      },
    }),
  noticedDamage,
  countsOnClocks: () => true,
};

const steward: ClientsDefinition = {
  name: 'steward',
  knobs: { 'steward.chunks': { kind: 'between', low: 1, high: 4 } },
  drawIntents: () => [],
  count: () => 1,
  newHistory: () => new StewardLog(),
  client: (config, peers, _index, _intents, history) =>
    stewardComponent(peers, history as StewardLog, Number(config['steward.chunks']), untilUs),
  census: (history) => ({ ...(history as StewardLog).counts }),
};

/** Several chunkservers, and one who grants, writes and reads, in a storm. */
export function chunkServerStorm(
  storm: StormDefinition = everything({ butRarely: ['wipe'] }),
): Scenario {
  return scenario({
    summary: 'Chunkservers under a scripted master and client',
    system,
    clients: steward,
    storm,
    ladder: chunkServerLadder,
    phases: { form: seconds(1), storm: seconds(6), settle: seconds(4) },
  });
}

export default chunkServerStorm();
