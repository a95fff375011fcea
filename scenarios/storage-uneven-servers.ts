import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, weather, within } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';
import { chunkserver } from './storage/weather.ts';

/**
 * A server is away while the others fill, or comes back empty now and then: what it lacked is soon
 * made anew, for a pair of copies can lose nothing more, and then all others are fuller than it is.
 */
const uneven = weather(
  'servers come back to full ones',
  'noticeable damage',
  ['power-loss', 'wipe'],
  (draw, times, config) =>
    Array.from({ length: 2 + draw(4) }, (_, nth): Fault => {
      const target = { node: chunkserver(config, draw(64)) };
      if (nth === 0) {
        const when = { atUs: times.stormUs + draw(500_000) };
        return { kind: 'power-loss', target, when, durationUs: 2_500_000 + draw(3_000_000) };
      }
      const when = { atUs: within(draw, times) };
      return { kind: 'wipe', target, when, durationUs: 20_000 + draw(1_000_000) };
    }),
);

export default scenario({
  summary: 'Servers come back empty to others that are full, and little may go between them',
  system: storage({
    knobs: {
      nodes: always(14),
      'storage.rootClass': { kind: 'one of', values: ['pair', 'copies'] },
      'storage.blockBytes': always(256),
      'storage.blocksPerChunk': always(16),
      // What a few files take counts as a share of it.
      'storage.capacityBytes': { kind: 'one of', values: [65_536, 98_304] },
      'storage.repairBytesPerSecond': { kind: 'one of', values: [2_048, 4_096, 8_192] },
      'storage.downGraceUs': always(100_000),
      'storage.serverLeaseUs': always(800_000),
      // Loads are looked at so often that one move hardly waits for the one before.
      'storage.scrubCycleUs': { kind: 'one of', values: [600_000, 1_500_000] },
    },
  }),
  clients: storageClients({
    'clients.operations': { kind: 'one of', values: [320, 200] },
    'clients.shape': { kind: 'one of', values: ['steady', 'bursts'] },
    'files.names': { kind: 'one of', values: [5, 3] },
    'files.chunks': always(4),
    'files.hotPercent': always(0),
    'files.syncs': always(true),
    'files.quotas': always(false),
    'files.truncations': always(false),
    'files.often': always('write'),
  }),
  storm: uneven,
  ladder: storageLadder,
  phases,
  requiredProbes: [
    'a server was lost',
    'a part moves to an emptier server',
    'evening the load waits for its turn',
  ],
});
