import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Config, type Fault, scenario } from '../src/index.ts';
import { toleratedLosses } from '../src/systems/storage/placement/storage-class.ts';
import { classesFrom } from '../src/systems/storage/standard-classes.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { type NodeSite, siteOf, topologyOf } from '../src/systems/storage/topology.ts';
import { always, weather, within } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';

type Draw = (bound: number) => number;

/** What the class of most files says it outlives: each of them a host and a zone, some a region. */
function lostLevel(draw: Draw, config: Config): keyof NodeSite {
  const [{ caps, redundancy }] = classesFrom(config) as [ReturnType<typeof classesFrom>[number]];
  const isFar = caps.region <= toleratedLosses(redundancy);
  if (isFar && draw(2) === 0) return 'region';
  const isShared = topologyOf(config).serversPerHost > 1;
  return isShared && draw(4) === 0 ? 'host' : 'zone';
}

/** All disks of one domain are lost at once; machines without them come back, soon or at the end. */
function lossOf(draw: Draw, config: Config, atUs: number): Fault[] {
  const topology = topologyOf(config);
  const { firstServer, chunkservers, nodes } = topology;
  const level = lostLevel(draw, config);
  const lost = siteOf(topology, firstServer + draw(chunkservers))[level];
  // Masters that stand there as well, or only what holds data.
  const from = draw(2) === 0 ? 0 : firstServer;
  const durationUs = 20_000 + draw(2) * draw(6_000_000);
  const faults: Fault[] = [];
  for (let index = from; index < nodes; index++) {
    if (siteOf(topology, index)[level] !== lost) continue;
    const target = { node: `n${index + 1}` };
    faults.push({ kind: 'wipe', target, when: { atUs }, durationUs });
  }
  return faults;
}

/** One domain: that is what classes promise, and no more at a time. */
const losses = weather(
  'a host, a zone or a region is lost with its disks',
  'noticeable damage',
  ['wipe'],
  (draw, times, config) => lossOf(draw, config, within(draw, times)),
);

export default scenario({
  summary: 'All disks of a zone are lost for good, or of a region where the class outlives that',
  system: storage({
    knobs: {
      nodes: { kind: 'one of', values: [30, 14] },
      'storage.rootClass': {
        kind: 'one of',
        values: ['copies', 'pair', 'far-copies', '4+2', '8+4'],
      },
      'storage.serversPerHost': { kind: 'one of', values: [1, 2] },
      'storage.sizes': { kind: 'one of', values: ['equal', 'unequal'] },
      'storage.capacityBytes': { kind: 'one of', values: [1_048_576, 65_536] },
      'storage.downGraceUs': { kind: 'one of', values: [500_000, 100_000] },
      'storage.repairBytesPerSecond': always(1_000_000),
      'storage.scrubCycleUs': always(1_500_000),
    },
  }),
  // Many chunks are at rest when it happens.
  clients: storageClients({
    'clients.shape': { kind: 'one of', values: ['silences', 'bursts', 'steady'] },
    'clients.operations': { kind: 'one of', values: [320, 200] },
    'files.names': { kind: 'one of', values: [5, 3] },
    'files.chunks': { kind: 'one of', values: [4, 2] },
    'files.hotPercent': { kind: 'one of', values: [0, 30] },
    'files.syncs': always(true),
  }),
  storm: losses,
  ladder: storageLadder,
  phases,
  requiredProbes: ['a server was lost', 'a fragment was made'],
});
