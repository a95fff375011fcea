import { storageLadder } from '../invariants/storage/ladder.ts';
import { onlyReadsFail } from '../invariants/storage/starts.ts';
import { type Fault, scenario, seconds } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, weather, within } from './common/weather.ts';
import { storageClients } from './storage/setting.ts';
import { chunkserver } from './storage/weather.ts';

/** Long enough for a server to give a file up, and for what it had to be made anew. */
const phases = { form: seconds(2), storm: seconds(16), settle: seconds(20) } as const;

/** Files of a chunkserver by what their names have in common; the n-th fragment that it made. */
function fileOf(draw: (bound: number) => number): string {
  const number = 1 + draw(16);
  switch (draw(5)) {
    case 0:
      return 'journal/wal-';
    case 1:
      return 'journal/snapshot-';
    case 2:
      return `-${number}.data`;
    default:
      return `-${number}.sums`;
  }
}

/**
 * Two disks have files that cannot be read any more, by nobody and over all restarts: checksums and
 * data of single fragments, a journal. Their servers begin other lives, at any time or when they have
 * just taken something in. Two, as every class bears the loss of two: what such a file held is lost.
 */
const worn = weather(
  'files cannot be read',
  'noticeable damage',
  ['disk', 'power-loss', 'kill'],
  (draw, times, config) => {
    const first = draw(64);
    return [0, 1 + draw(6)].flatMap((beside): Fault[] => {
      const target = { node: chunkserver(config, first + beside) };
      const worn = Array.from({ length: 1 + draw(4) }, (): Fault => {
        const when = { atUs: within(draw, times) };
        const all = { perMillion: 1_000_000, file: fileOf(draw), durationUs: seconds(60) };
        return { kind: 'disk', mode: 'read-error', target, when, ...all };
      });
      const deaths = Array.from({ length: 1 + draw(3) }, (): Fault => {
        const atUs = within(draw, times);
        const taken = { event: 'send:bytes-written', of: target, nth: 1 + draw(8) };
        const when = draw(2) === 0 ? { atUs } : { ...taken, notBeforeUs: atUs, afterUs: 0 };
        const durationUs = 20_000 + draw(300_000);
        return { kind: draw(2) === 0 ? 'power-loss' : 'kill', target, when, durationUs };
      });
      return [...worn, ...deaths];
    });
  },
);

export default scenario({
  summary: 'Files of two disks cannot be read, over restarts: they are given up, and made anew',
  system: storage({
    knobs: {
      nodes: always(14),
      'storage.rootClass': { kind: 'one of', values: ['copies', 'far-copies', '4+2'] },
      'storage.scrubCycleUs': { kind: 'one of', values: [1_500_000, 4_000_000] },
    },
  }),
  clients: storageClients(
    {
      'clients.operations': { kind: 'one of', values: [320, 200] },
      'clients.shape': always('steady'),
      'files.chunks': { kind: 'one of', values: [2, 1] },
      'files.syncs': always(true),
    },
    phases,
  ),
  storm: { ...worn, knobs: { ...worn.knobs, [onlyReadsFail]: always(true) } },
  ladder: storageLadder,
  phases,
  requiredProbes: [
    'checksums cannot be read',
    'a journal cannot be read',
    'unreadable checksum file written anew',
    'journal begun anew',
    'files lost',
  ],
});
