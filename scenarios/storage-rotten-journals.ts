import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, weather, within } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';

/** What a chunkserver says when its journal has just taken something in. */
const taken = ['send:bytes-written', 'send:bytes-written', 'send:version-set'] as const;

/**
 * A journal rots that has just taken something in, and its server begins another life before files
 * have it too. A few bits go at its end; or a sector where it begins, without which nothing behind it
 * can be followed.
 */
const rot = weather(
  'journals rot under load',
  'noticeable damage',
  ['bit-flip', 'power-loss', 'kill'],
  (draw, times) =>
    Array.from({ length: 10 + draw(10) }, (): Fault[] => {
      const event = taken[draw(taken.length)]!;
      const [nth, afterUs, notBeforeUs] = [1 + draw(12), draw(2_000), within(draw, times)];
      const base = { target: { role: '@event' }, when: { event, nth, notBeforeUs, afterUs } };
      const isHead = draw(2) === 0;
      const most = [8_000, 30_000, 100_000][draw(3)]!;
      const bits = Array.from({ length: isHead ? 24 : 3 }, (): Fault => {
        const positionPerMillion = isHead ? draw(most) : 999_999 - draw(most);
        const where = { file: 'journal/wal-', positionPerMillion, bit: draw(8) };
        return { kind: 'bit-flip', ...base, ...where, durationUs: 0 };
      });
      const when = { ...base.when, afterUs: afterUs + draw(3_000) };
      const durationUs = 20_000 + draw(300_000);
      const kind = draw(2) === 0 ? 'power-loss' : 'kill';
      return [...bits, { kind, ...base, when, durationUs }];
    }).flat(),
);

export default scenario({
  summary:
    'Journals of chunkservers rot just after they have taken something in: lost is never older',
  system: storage({
    knobs: {
      nodes: always(14),
      'storage.rootClass': { kind: 'one of', values: ['copies', 'far-copies'] },
    },
  }),
  clients: storageClients({
    'clients.operations': { kind: 'one of', values: [320, 200] },
    'clients.shape': { kind: 'one of', values: ['steady', 'bursts'] },
    'files.chunks': { kind: 'one of', values: [2, 1] },
    'files.hotPercent': { kind: 'one of', values: [30, 80] },
    'files.syncs': always(true),
  }),
  storm: rot,
  ladder: storageLadder,
  phases,
  requiredProbes: ['files lost', 'a fragment is bad'],
});
