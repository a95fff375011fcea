import { storageLadder } from '../invariants/storage/ladder.ts';
import { beyondTolerance, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { phases, smallDisksToo, storageClients, storageWords } from './storage/setting.ts';

export default scenario({
  summary:
    'Disks that lie and forget, more damage than any redundancy bears: an error, never wrong bytes',
  system: storage({ knobs: smallDisksToo }),
  clients: storageClients(),
  storm: beyondTolerance({ operated: true, words: storageWords }),
  ladder: storageLadder,
  phases,
});
