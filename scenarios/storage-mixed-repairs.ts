import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, weather, within } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';
import { chunkserver } from './storage/weather.ts';

/** Servers are lost one after the other: with their disks, or for so long that others take over. */
const losses = weather(
  'servers are lost one after the other',
  'noticeable damage',
  ['power-loss', 'wipe'],
  (draw, times, config) => {
    const first = draw(64);
    return Array.from({ length: 3 + draw(4) }, (_, nth): Fault => {
      const target = { node: chunkserver(config, first + nth) };
      const when = { atUs: within(draw, times) };
      if (draw(2) === 0) return { kind: 'wipe', target, when, durationUs: 20_000 + draw(500_000) };
      return { kind: 'power-loss', target, when, durationUs: 1_500_000 + draw(3_000_000) };
    });
  },
);

export default scenario({
  summary:
    'Copies that can lose nothing more are lost together with stripes of small parts, and little may go between servers',
  system: storage({
    knobs: {
      nodes: always(14),
      'storage.masters': always(3),
      'storage.rootClass': { kind: 'one of', values: ['4+2', 'pair'] },
      'storage.blockBytes': always(256),
      'storage.blocksPerChunk': always(16),
      'storage.repairBytesPerSecond': { kind: 'one of', values: [2_048, 1_024, 4_096] },
      'storage.downGraceUs': always(100_000),
      'storage.serverLeaseUs': { kind: 'one of', values: [800_000, 1_200_000] },
      'storage.sealAfterUs': always(300_000),
    },
  }),
  clients: storageClients({
    'clients.operations': { kind: 'one of', values: [320, 200] },
    'files.names': { kind: 'one of', values: [5, 3] },
    'files.chunks': always(4),
    'files.hotPercent': always(0),
    'files.syncs': always(true),
    'files.quotas': always(false),
    'files.often': always('write+classes'),
  }),
  storm: losses,
  ladder: storageLadder,
  phases,
  requiredProbes: [
    'a server was lost',
    'a fragment was made',
    'a repair waits for its turn',
    'an urgent repair does not wait',
  ],
});
