import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Fault, scenario, seconds } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, weather } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';
import { chunkserver } from './storage/weather.ts';

/**
 * Servers come back empty, one after the other, when most of what clients write is there: repairs use
 * up what may go between servers, and more come.
 */
const losses = weather(
  'servers come back empty, one after the other',
  'noticeable damage',
  ['wipe'],
  (draw, { stormUs, healUs }, config) => {
    const first = draw(64);
    const fromUs = stormUs + Math.floor((healUs - stormUs) / 2);
    return Array.from({ length: 6 + draw(6) }, (_, nth): Fault => {
      const target = { node: chunkserver(config, first + nth) };
      const when = { atUs: fromUs + draw(healUs - fromUs - seconds(1) / 2) };
      return { kind: 'wipe', target, when, durationUs: 20_000 + draw(200_000) };
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
      'storage.repairBytesPerSecond': { kind: 'one of', values: [2_048, 1_024] },
      'storage.downGraceUs': always(100_000),
      'storage.serverLeaseUs': { kind: 'one of', values: [800_000, 1_200_000] },
      'storage.sealAfterUs': always(300_000),
    },
  }),
  clients: storageClients({
    'clients.operations': always(560),
    'files.names': always(8),
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
