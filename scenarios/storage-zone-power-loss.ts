import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { type Times, weather, within } from './common/weather.ts';
import { noDamage, noLateWords, noWipes, sameMasters } from './storage/out-of-reach.ts';
import { drainsToo, phases, smallDisksToo, storageClients, trashToo } from './storage/setting.ts';
import { chunkserver } from './storage/weather.ts';

/** Steps of a chunkserver that brings its files up to date. */
const flushes = ['write', 'write', 'submit:sync', 'submit:rename', 'rename'] as const;

/** A chunkserver loses power while it brings files up to date, between one step of that and the next. */
function inFlush(draw: (bound: number) => number, times: Times): Fault {
  const when = {
    event: flushes[draw(flushes.length)]!,
    of: { role: 'serving' },
    nth: 1 + draw(24),
    notBeforeUs: within(draw, times),
    afterUs: draw(100),
  };
  const durationUs = 20_000 + draw(400_000);
  return { kind: 'power-loss', target: { role: '@event' }, when, durationUs };
}

const powerLoss = weather(
  'zones or regions lose power',
  'no damage',
  ['zone-power-loss', 'power-loss'],
  (draw, times, config) => [
    ...Array.from(
      { length: 1 + draw(3) },
      (_, nth): Fault => ({
        kind: 'zone-power-loss' as const,
        target: { node: chunkserver(config, draw(64)) },
        when: { atUs: within(draw, times) },
        // Once for so long that leaders place without it.
        durationUs: nth === 0 ? 2_000_000 + draw(3_000_000) : 200_000 + draw(3_000_000),
      }),
    ),
    ...Array.from({ length: Math.min(1, draw(3)) * (8 + draw(16)) }, () => inFlush(draw, times)),
  ],
);

export default scenario({
  summary:
    'All machines of a zone or a region lose power at once, or one while it brings files up to date',
  system: storage({
    knobs: {
      ...smallDisksToo,
      'storage.powerDomain': { kind: 'one of', values: ['zone', 'region'] },
      'storage.scrubCycleUs': { kind: 'one of', values: [1_500_000, 4_000_000] },
      'storage.rootClass': {
        kind: 'one of',
        values: ['far-copies', '4+2', 'copies', 'pair', '8+4'],
      },
    },
  }),
  clients: storageClients({ ...drainsToo, ...trashToo }),
  storm: powerLoss,
  ladder: storageLadder,
  phases,
  outOfReach: {
    ...sameMasters,
    ...noWipes,
    ...noDamage,
    ...noLateWords,
  },
});
