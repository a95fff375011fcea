import { storageLadder } from '../invariants/storage/ladder.ts';
import { scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { beyond } from './common/beyond.ts';
import { noWipes, sameMasters } from './storage/out-of-reach.ts';
import { drainsToo, phases, smallDisksToo, storageClients } from './storage/setting.ts';
import { rotting } from './storage/weather.ts';

export default scenario({
  summary: 'Disks rot within what redundancy can bear; scrub and readers find it, repairs mend it',
  system: storage({ knobs: smallDisksToo }),
  clients: storageClients(drainsToo),
  storm: rotting(),
  ladder: storageLadder,
  phases,
  requiredProbes: ['a fragment is bad', 'fragment in quarantine', 'scrub cycle'],
  outOfReach: {
    ...sameMasters,
    ...noWipes,
    ...beyond('nothing that is removed is kept', 'SE14'),
  },
});
