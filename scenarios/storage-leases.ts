import { storageLadder } from '../invariants/storage/ladder.ts';
import { clocks, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { beyond } from './common/beyond.ts';
import { always } from './common/weather.ts';
import { noDamage, noLateWords, noRestarts, noWipes, sameMasters } from './storage/out-of-reach.ts';
import {
  drainsToo,
  phases,
  smallDisksToo,
  storageClients,
  storageWords,
} from './storage/setting.ts';

export default scenario({
  summary: 'Clocks that step, stop and drift against the leases of servers, writers and caches',
  system: storage({
    knobs: {
      ...smallDisksToo,
      'storage.writeLeaseUs': always(700_000),
      'storage.serverLeaseUs': always(800_000),
    },
  }),
  clients: storageClients({ ...drainsToo, 'clients.mode': always('strict') }),
  storm: clocks({ except: ['suspend'], words: storageWords }),
  ladder: storageLadder,
  phases,
  requiredProbes: ['a write lease expired', 'client recall'],
  outOfReach: {
    ...sameMasters,
    ...noWipes,
    ...noDamage,
    ...noRestarts,
    ...noLateWords,
    ...beyond('every client reads strictly', ...['SD4']),
    ...beyond('nothing that is removed is kept', 'SE14'),
  },
});
