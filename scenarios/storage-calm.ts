import { storageLadder } from '../invariants/storage/ladder.ts';
import { calm, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { phases, storageClients } from './storage/setting.ts';

export default scenario({
  summary: 'The storage system in calm weather: every size, class and workload, no fault',
  system: storage(),
  clients: storageClients(),
  storm: calm(),
  ladder: storageLadder,
  phases,
});
