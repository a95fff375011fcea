import { storageLadder } from '../invariants/storage/ladder.ts';
import { crashes, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always } from './common/weather.ts';
import { noDamage, noLateWords, noWipes, sameMasters } from './storage/out-of-reach.ts';
import {
  drainsToo,
  phases,
  smallDisksToo,
  storageClients,
  storageWords,
} from './storage/setting.ts';

export default scenario({
  summary: 'Snapshots, clones, trash and changes of class under load, among crashes',
  system: storage({ knobs: { ...smallDisksToo, 'storage.sealAfterUs': always(300_000) } }),
  clients: storageClients({
    ...drainsToo,
    'files.clones': always(true),
    'files.classes': always(true),
    'files.removals': always(true),
    'files.trash': { kind: 'one of', values: [true, false] },
  }),
  storm: crashes({ except: ['suspend'], words: storageWords }),
  ladder: storageLadder,
  phases,
  requiredProbes: ['a chunk was converted'],
  outOfReach: {
    ...sameMasters,
    ...noWipes,
    ...noDamage,
    ...noLateWords,
  },
});
