import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, weather, within } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';
import { chunkserver } from './storage/weather.ts';

/**
 * Servers come back empty, so that all others are fuller than they are, or are gone for long, several
 * at a time now and then: more waits to be made anew than may go from server to server.
 */
const losses = weather(
  'servers come back empty',
  'noticeable damage',
  ['power-loss', 'wipe'],
  (draw, times, config) =>
    Array.from({ length: 3 + draw(4) }, (): Fault[] => {
      const [atUs, first] = [within(draw, times), draw(64)];
      return Array.from({ length: 1 + draw(3) }, (_, nth): Fault => {
        const base = {
          target: { node: chunkserver(config, first + nth) },
          when: { atUs: atUs + draw(400_000) },
        };
        if (draw(2) === 0) return { kind: 'wipe', ...base, durationUs: 20_000 + draw(1_500_000) };
        return { kind: 'power-loss', ...base, durationUs: 1_500_000 + draw(3_000_000) };
      });
    }).flat(),
);

export default scenario({
  summary: 'Few full servers are lost, come back empty and are emptied; little may go between them',
  system: storage({
    knobs: {
      nodes: always(14),
      'storage.rootClass': { kind: 'one of', values: ['copies', 'pair', '4+2'] },
      'storage.blockBytes': always(256),
      'storage.blocksPerChunk': { kind: 'one of', values: [16, 4] },
      // What a few files take counts as a share of it.
      'storage.capacityBytes': { kind: 'one of', values: [65_536, 16_384] },
      'storage.repairBytesPerSecond': { kind: 'one of', values: [8_192, 4_096, 16_384] },
      'storage.downGraceUs': { kind: 'one of', values: [100_000, 500_000] },
      'storage.serverLeaseUs': { kind: 'one of', values: [800_000, 1_200_000] },
      'storage.scrubCycleUs': always(1_500_000),
    },
  }),
  clients: storageClients({
    'clients.operations': { kind: 'one of', values: [320, 200] },
    'clients.shape': { kind: 'one of', values: ['steady', 'bursts'] },
    'files.names': { kind: 'one of', values: [5, 3] },
    'files.chunks': { kind: 'one of', values: [4, 2] },
    'files.syncs': always(true),
    'files.hotPercent': { kind: 'one of', values: [0, 30] },
    'files.quotas': always(false),
    'files.drains': { kind: 'one of', values: [false, true] },
    'files.often': { kind: 'one of', values: ['write', 'nothing'] },
  }),
  storm: losses,
  ladder: storageLadder,
  phases,
  requiredProbes: [
    'a server was lost',
    'a fragment was made',
    'a part moves to an emptier server',
    'a repair waits for its turn',
  ],
});
