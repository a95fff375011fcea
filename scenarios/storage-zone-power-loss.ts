import { storageLadder } from '../invariants/storage/ladder.ts';
import { scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, weather, within } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';
import { chunkserver } from './storage/weather.ts';

const powerLoss = weather(
  'zones lose power',
  'no damage',
  ['zone-power-loss'],
  (draw, times, config) =>
    Array.from({ length: 1 + draw(3) }, () => ({
      kind: 'zone-power-loss' as const,
      target: { node: chunkserver(config, draw(64)) },
      when: { atUs: within(draw, times) },
      durationUs: 200_000 + draw(3_000_000),
    })),
);

export default scenario({
  summary: 'All machines of a zone lose power at once, now and then, under load',
  system: storage({ knobs: { 'storage.powerDomain': always('zone') } }),
  clients: storageClients(),
  storm: powerLoss,
  ladder: storageLadder,
  phases,
});
