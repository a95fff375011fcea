import {
  type ClientsDefinition,
  calm,
  everything,
  type Fault,
  type Ladder,
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
import { readerComponent } from './chunk-reader.ts';
import { chunkServerLadder, readsLadder } from './laws.ts';
import { stewardComponent } from './steward.ts';
import { StewardLog } from './steward-log.ts';

const untilUs = seconds(9);

const system: SystemDefinition = {
  name: 'chunkservers',
  knobs: {
    nodes: { kind: 'one of', values: [5, 4, 7] },
    'server.capacityBytes': { kind: 'one of', values: [1_000_000, 24_000] },
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
  count: () => 2,
  newHistory: () => new StewardLog(),
  client(config, peers, index, _intents, history) {
    const chunks = Number(config['steward.chunks']);
    const log = history as StewardLog;
    return index === 0
      ? stewardComponent(peers, log, chunks, untilUs)
      : readerComponent(log, chunks);
  },
  census: (history) => ({ ...(history as StewardLog).counts }),
};

/** Several chunkservers, and one who grants, writes and reads, in a storm. */
export function chunkServerStorm(
  storm: StormDefinition = everything({ butRarely: ['wipe'] }),
  plan?: readonly Fault[],
  ladder: Ladder = chunkServerLadder,
): Scenario {
  return scenario({
    ...(plan === undefined ? {} : { plan }),
    summary: 'Chunkservers under a scripted master and client',
    system,
    clients: steward,
    storm,
    ladder,
    phases: { form: seconds(1), storm: seconds(6), settle: seconds(4) },
  });
}

/**
 * Writes to data files land in other places of them, or nowhere, on all servers: beyond any budget, but
 * every block tells where it belongs and when it was written, so nothing wrong is ever read.
 */
export function straySectors(): Scenario {
  const plan: Fault[] = [];
  for (const mode of ['misdirected-write', 'phantom-write'] as const) {
    for (const [at, node] of ['n1', 'n2', 'n3', 'n4', 'n5'].entries()) {
      const when = { atUs: seconds(1) + at * 300_000 };
      const rest = { perMillion: 300_000, file: '.data', durationUs: seconds(2) };
      plan.push({ kind: 'disk', mode, target: { node }, when, ...rest });
      // Until then the cache hides it.
      const later = { atUs: seconds(4) + at * 300_000 };
      plan.push({ kind: 'power-loss', target: { node }, when: later, durationUs: 50_000 });
    }
  }
  const storm = { ...calm(), withinTolerance: false, damage: 'any damage' } as const;
  return chunkServerStorm(storm, plan, readsLadder);
}

export default chunkServerStorm();
