import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, weather, within } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';
import { chunkserver } from './storage/weather.ts';

/** Clients reach a chunkserver that the masters do not, or that its chains cannot get through to. */
const cutOff = weather('servers are cut off', 'no damage', ['partition'], (draw, times, config) =>
  Array.from({ length: 6 + draw(14) }, (): Fault => {
    const target = { node: chunkserver(config, draw(64)) };
    const shape = draw(3) === 0 ? 'own-kind' : 'other-kinds';
    return {
      kind: 'partition',
      shape,
      target,
      direction: 'both',
      flapUs: 0,
      arrangement: 0,
      when: { atUs: within(draw, times) },
      durationUs: 400_000 + draw(3_600_000),
    };
  }),
);

export default scenario({
  summary:
    'Chunkservers that clients reach and masters do not, or no other chunkserver: who serves old bytes?',
  system: storage({
    knobs: {
      nodes: always(14),
      'storage.rootClass': { kind: 'one of', values: ['copies', 'far-copies'] },
      'storage.serverLeaseUs': { kind: 'one of', values: [800_000, 1_200_000] },
    },
  }),
  clients: storageClients({
    'files.hotPercent': { kind: 'one of', values: [80, 30] },
    'files.classes': always(false),
    'clients.lanes': always(2),
    'clients.mode': { kind: 'one of', values: ['close-to-open', 'mixed'] },
  }),
  storm: cutOff,
  ladder: storageLadder,
  phases,
  requiredProbes: ['a chain is formed anew', 'client chain broken'],
});
