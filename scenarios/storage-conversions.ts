import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, type Times, weather, within } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';

type Draw = (bound: number) => number;

/** From when a server is told to make the parts of another code until the first of them are there. */
const moments = [
  'receive:encode',
  'receive:encode',
  'receive:put-part',
  'send:part-put',
  'send:read-blocks',
  'send:task-done',
] as const;

/** Whoever changes the code of a chunk, or has ordered it, is gone in the middle, or not heard. */
function trouble(draw: Draw, times: Times): Fault {
  const event = moments[draw(moments.length)]!;
  const [nth, notBeforeUs] = [1 + draw(6), within(draw, times)];
  const when = { event, nth, notBeforeUs, afterUs: draw(2) * draw(3_000) };
  const durationUs = 20_000 + draw(500_000);
  const there = { role: '@event' };
  switch (draw(6)) {
    case 0:
    case 1:
      return { kind: 'kill', target: { role: 'leader' }, when, durationUs };
    case 2:
      return { kind: 'clog', target: there, direction: 'both', when, durationUs };
    case 3:
      return { kind: 'disk', target: there, mode: 'full', ...inPart(draw), when, durationUs };
    default:
      return { kind: draw(2) === 0 ? 'kill' : 'power-loss', target: there, when, durationUs };
  }
}

function inPart(draw: Draw): { readonly perMillion: number; readonly file: string } {
  return { perMillion: [300_000, 1_000_000][draw(2)]!, file: '' };
}

const interrupted = weather(
  'changes of code are interrupted',
  'no damage',
  ['kill', 'power-loss', 'clog', 'disk'],
  (draw, times) => Array.from({ length: 10 + draw(14) }, () => trouble(draw, times)),
);

export default scenario({
  summary:
    'Files that change their class again and again, snapshots of them, and trouble in the middle',
  system: storage({
    knobs: {
      'storage.rootClass': { kind: 'one of', values: ['copies', '4+2', 'pair', 'sealed-4+2'] },
      'storage.sealAfterUs': { kind: 'one of', values: [300_000, 1_500_000] },
      'storage.graceUs': { kind: 'one of', values: [200_000, 1_000_000] },
    },
  }),
  clients: storageClients({
    'clients.shape': { kind: 'one of', values: ['silences', 'steady', 'bursts'] },
    'files.classes': always(true),
    'clients.operations': { kind: 'one of', values: [320, 200] },
    'files.clones': always(true),
    'files.classChoice': { kind: 'one of', values: ['all', 'there and back'] },
    'files.often': {
      kind: 'one of',
      values: ['clones+classes', 'clones', 'classes', 'classes+appends'],
    },
    'files.chunks': { kind: 'one of', values: [2, 4] },
    'files.names': { kind: 'one of', values: [3, 5] },
    'files.hotPercent': { kind: 'one of', values: [30, 0] },
  }),
  storm: interrupted,
  ladder: storageLadder,
  phases,
  requiredProbes: ['a chunk was converted', 'a conversion was given up'],
});
