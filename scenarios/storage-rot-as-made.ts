import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, weather, within } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';
import { chunkserver } from './storage/weather.ts';

/**
 * Disks are lost, and while what they had is made anew elsewhere bits turn over there, before anybody
 * has read it. Nobody else goes down: who has the last whole replica of a chunk must not be left out.
 */
const rot = weather(
  'what is made rots',
  'noticeable damage',
  ['wipe', 'bit-flip'],
  (draw, times, config) => {
    const [losses, first] = [3 + draw(3), draw(64)];
    return Array.from({ length: losses }, (_, nth): Fault[] => {
      const atUs = within(draw, times);
      const target = { node: chunkserver(config, first + nth) };
      const wipe: Fault = {
        kind: 'wipe',
        target,
        when: { atUs },
        durationUs: 20_000 + draw(400_000),
      };
      const flips = Array.from({ length: 2 + draw(4) }, (): Fault => {
        const since = draw(2) === 0 ? 'receive:copy-fragment' : 'receive:rebuild-part';
        const where = { file: '.data', positionPerMillion: draw(1_000_000), bit: draw(8) };
        // The name of its file is durable, and so are its bytes; its checksums come next.
        const at = { event: 'sync-directory', since, nth: 1 } as const;
        const notBeforeUs = atUs + draw(1_000_000);
        const when = { ...at, notBeforeUs, afterUs: draw(2) * draw(400) };
        return { kind: 'bit-flip', target: { role: '@event' }, ...where, when, durationUs: 0 };
      });
      return [wipe, ...flips];
    }).flat();
  },
);

export default scenario({
  summary: 'Disks are lost, and what is made anew for them rots before anybody has read it',
  system: storage({
    knobs: {
      nodes: always(14),
      'storage.rootClass': { kind: 'one of', values: ['copies', '4+2', 'far-copies'] },
      'storage.downGraceUs': always(100_000),
      'storage.serverLeaseUs': { kind: 'one of', values: [800_000, 1_200_000] },
      'storage.repairBytesPerSecond': always(1_000_000),
    },
  }),
  clients: storageClients({
    'clients.operations': { kind: 'one of', values: [200, 320] },
    'files.syncs': always(true),
    'files.chunks': { kind: 'one of', values: [2, 4] },
    'files.hotPercent': { kind: 'one of', values: [0, 30] },
  }),
  storm: rot,
  ladder: storageLadder,
  phases,
  requiredProbes: ['a fragment was made', 'a fragment is bad'],
});
