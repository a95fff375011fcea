import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Config, type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { siteOf, topologyOf } from '../src/systems/storage/topology.ts';
import { always, type Times, weather } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';

type Draw = (bound: number) => number;

/** The chunkservers of a region lose power, and come back with their disks. */
function away(config: Config, region: number, atUs: number, durationUs: number): Fault[] {
  const topology = topologyOf(config);
  const faults: Fault[] = [];
  for (let index = topology.firstServer; index < topology.nodes; index++) {
    if (siteOf(topology, index).region !== region) continue;
    const target = { node: `n${index + 1}` };
    faults.push({ kind: 'power-loss', target, when: { atUs }, durationUs });
  }
  return faults;
}

/**
 * A region is away for so long that what it has is made anew elsewhere: when it is back it has least of
 * all. About then another one is away, for so short a time that nothing of it is given up; but what
 * is written meanwhile lies where it has to, beyond the caps of its class.
 */
function oneAfterAnother(draw: Draw, { stormUs }: Times, config: Config): Fault[] {
  const first = 1 + draw(3);
  const second = 1 + ((first + draw(2)) % 3);
  const [atUs, longUs] = [stormUs + draw(1_500_000), 1_400_000 + draw(1_000_000)];
  const backUs = atUs + longUs + draw(1_200_000);
  return [
    ...away(config, first, atUs, longUs),
    ...away(config, second, backUs, 600_000 + draw(600_000)),
  ];
}

const losses = weather(
  'one region after another is away',
  'noticeable damage',
  ['power-loss'],
  oneAfterAnother,
);

export default scenario({
  summary:
    'One region after another is away and comes back: to chunks beyond their caps, and uneven loads',
  system: storage({
    knobs: {
      nodes: always(14),
      'storage.rootClass': always('far-copies'),
      'storage.graceUs': always(200_000),
      'storage.blockBytes': always(256),
      'storage.blocksPerChunk': always(16),
      // What a few files take counts as a share of it.
      'storage.capacityBytes': { kind: 'one of', values: [32_768, 65_536] },
      'storage.repairBytesPerSecond': { kind: 'one of', values: [8_192, 4_096, 16_384] },
      'storage.downGraceUs': always(500_000),
      // Soon lost, and soon counted on again, while there is still something to be made good.
      'storage.serverLeaseUs': always(400_000),
      'storage.scrubCycleUs': { kind: 'one of', values: [600_000, 1_500_000] },
    },
  }),
  clients: storageClients({
    'clients.operations': always(320),
    'clients.shape': { kind: 'one of', values: ['steady', 'bursts'] },
    'files.names': { kind: 'one of', values: [5, 3] },
    'files.chunks': always(4),
    'files.syncs': always(true),
    'files.hotPercent': always(0),
    'files.quotas': always(false),
    'files.truncations': always(false),
    'files.often': { kind: 'one of', values: ['write', 'create+write'] },
  }),
  storm: losses,
  ladder: storageLadder,
  phases,
  requiredProbes: [
    'a server was lost',
    'a fragment was made',
    'a part moves to an emptier server',
    'a part moves to a better place',
  ],
});
