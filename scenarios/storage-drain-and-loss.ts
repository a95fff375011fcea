import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, weather, within } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';
import { chunkserver } from './storage/weather.ts';

/** Servers are gone for so long that they are given up, or with their disks, or rot. */
const lost = weather(
  'servers are lost while others are emptied',
  'noticeable damage',
  ['power-loss', 'wipe', 'bit-flip'],
  (draw, times, config) => [
    ...Array.from({ length: 3 + draw(5) }, (): Fault => {
      const base = {
        target: { node: chunkserver(config, draw(64)) },
        when: { atUs: within(draw, times) },
      };
      if (draw(4) === 0) return { kind: 'wipe', ...base, durationUs: 20_000 + draw(400_000) };
      return { kind: 'power-loss', ...base, durationUs: 1_500_000 + draw(4_000_000) };
    }),
    ...Array.from({ length: draw(2) * (8 + draw(16)) }, (): Fault => {
      const base = {
        target: { node: chunkserver(config, draw(64)) },
        when: { atUs: within(draw, times) },
      };
      const where = { file: '.data', positionPerMillion: draw(1_000_000), bit: draw(8) };
      return { kind: 'bit-flip', ...base, ...where, durationUs: 0 };
    }),
  ],
);

export default scenario({
  summary: 'Servers are emptied, slowly, while others that share chunks with them are lost',
  system: storage({
    knobs: {
      nodes: { kind: 'one of', values: [14, 30] },
      'storage.rootClass': { kind: 'one of', values: ['copies', '4+2', 'far-copies', '8+4'] },
      'storage.repairBytesPerSecond': always(65_536),
      'storage.downGraceUs': { kind: 'one of', values: [100_000, 500_000] },
      'storage.serverLeaseUs': { kind: 'one of', values: [800_000, 1_200_000] },
      'storage.scrubCycleUs': always(1_500_000),
    },
  }),
  clients: storageClients({
    'clients.operations': { kind: 'one of', values: [320, 200] },
    'files.names': { kind: 'one of', values: [5, 3] },
    'files.chunks': { kind: 'one of', values: [4, 2] },
    'files.syncs': always(true),
    'files.hotPercent': { kind: 'one of', values: [0, 30] },
    'files.drains': always(true),
    'files.often': { kind: 'one of', values: ['drains', 'nothing'] },
  }),
  storm: lost,
  ladder: storageLadder,
  phases,
  requiredProbes: ['a part leaves a drained server', 'a server was lost', 'a fragment was made'],
});
