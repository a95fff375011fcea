import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Config, type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, type Times, weather, within } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';
import { chunkserver } from './storage/weather.ts';

type Draw = (bound: number) => number;

/**
 * A chunkserver is killed, and what it had not synced stays in the cache, where its next life finds it.
 * While that life still starts, on a disk that is slow, the machine loses power.
 */
function twoBlows(draw: Draw, times: Times, config: Config): readonly Fault[] {
  const target = { node: chunkserver(config, draw(64)) };
  const atUs = within(draw, times);
  const downUs = 2_000 + draw(20_000);
  const slowUs = 100_000 + draw(300_000);
  return [
    {
      ...{ kind: 'disk', mode: 'slow', target, perMillion: 1_000_000, file: '' },
      ...{ when: { atUs: atUs - slowUs }, durationUs: slowUs + 500_000 },
    },
    { kind: 'kill', target, when: { atUs }, durationUs: downUs },
    {
      ...{ kind: 'power-loss', target, durationUs: 20_000 + draw(100_000) },
      when: { atUs: atUs + downUs + draw(600_000) },
    },
  ];
}

const blows = weather(
  'killed, and then the power goes',
  'no damage',
  ['disk', 'kill', 'power-loss'],
  (draw, times, config) =>
    Array.from({ length: 12 + draw(14) }, () => twoBlows(draw, times, config)).flat(),
);

export default scenario({
  summary: 'A chunkserver is killed, and loses power while it still starts from what the cache has',
  system: storage({
    knobs: {
      // Few chunkservers, so that each has some write under way.
      nodes: { kind: 'one of', values: [6, 7] },
      'storage.masters': always(3),
      'storage.metaloggers': always(0),
      'storage.rootClass': { kind: 'one of', values: ['copies', 'far-copies', 'pair'] },
    },
  }),
  clients: storageClients({
    'clients.shape': { kind: 'one of', values: ['steady', 'bursts'] },
    'clients.operations': always(320),
    'files.often': { kind: 'one of', values: ['write', 'write+syncs'] },
    'files.names': { kind: 'one of', values: [1, 3] },
    'files.hotPercent': { kind: 'one of', values: [80, 30] },
    'files.classes': always(false),
    'clients.restarts': always(0),
  }),
  storm: blows,
  ladder: storageLadder,
  phases,
});
