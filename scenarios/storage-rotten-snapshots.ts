import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, weather, within } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';
import { chunkserver } from './storage/weather.ts';

/** What is about to read a fragment that it then vouches for: for writers, repairs, other codes. */
const readings = [
  'receive:set-version',
  'receive:set-version',
  'receive:copy-fragment',
  'receive:read-blocks',
  'receive:encode',
] as const;

/** Data rot, most of them just before they are read to be written elsewhere. */
const rot = weather(
  'what is shared rots',
  'noticeable damage',
  ['bit-flip', 'power-loss'],
  (draw, times, config) =>
    Array.from({ length: 30 + draw(50) }, (): Fault => {
      const notBeforeUs = within(draw, times);
      const where = { file: '.data', positionPerMillion: draw(1_000_000), bit: draw(8) };
      const flip = { kind: 'bit-flip', ...where, durationUs: 0 } as const;
      const target = { node: chunkserver(config, draw(64)) };
      if (draw(3) === 0) return { ...flip, target, when: { atUs: notBeforeUs } };
      const event = readings[draw(readings.length)]!;
      const when = { event, of: { role: 'serving' }, nth: 1 + draw(12), notBeforeUs, afterUs: 0 };
      return { ...flip, target: { role: '@event' }, when };
    }),
);

export default scenario({
  summary: 'Many snapshots and clones of files that are written on, while what they share rots',
  system: storage({
    knobs: {
      nodes: always(14),
      'storage.rootClass': { kind: 'one of', values: ['copies', 'far-copies', 'pair'] },
      'storage.scrubCycleUs': always(4_000_000),
      'storage.sealAfterUs': always(300_000),
    },
  }),
  clients: storageClients({
    'clients.operations': { kind: 'one of', values: [320, 200] },
    'files.clones': always(true),
    'files.removals': always(true),
    'files.often': { kind: 'one of', values: ['clones', 'clones+classes', 'nothing'] },
    'files.names': { kind: 'one of', values: [3, 5] },
    'files.hotPercent': { kind: 'one of', values: [30, 80] },
  }),
  storm: rot,
  ladder: storageLadder,
  phases,
  requiredProbes: ['a fragment is bad', 'fragment in quarantine'],
});
