import { storageLadder } from '../invariants/storage/ladder.ts';
import { scenario, seconds } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, weather } from './common/weather.ts';
import { storageClients } from './storage/setting.ts';
import { someoneIn } from './storage/weather.ts';

/** The region is away for ten minutes; repairs and clients go on meanwhile. */
const phases = { form: seconds(2), storm: seconds(620), settle: seconds(60) } as const;

const loss = weather(
  'a region is lost',
  'no damage',
  ['zone-power-loss'],
  (draw, { stormUs }, config) => [
    {
      kind: 'zone-power-loss',
      target: { node: someoneIn(config, 1 + draw(3)) },
      when: { atUs: stormUs + seconds(5) },
      durationUs: seconds(600),
    },
  ],
);

export default scenario({
  summary: 'A region is lost for ten minutes under load, and comes back',
  system: storage({
    knobs: {
      nodes: always(30),
      'storage.powerDomain': always('region'),
      'storage.rootClass': { kind: 'one of', values: ['far-copies', '4+2', '8+4'] },
    },
  }),
  // Some operations in each second of the ten minutes.
  clients: storageClients(
    { 'clients.operations': { kind: 'one of', values: [1_500, 600, 3_000] } },
    phases,
  ),
  storm: loss,
  ladder: storageLadder,
  phases,
  stepLimit: 20_000_000,
});
