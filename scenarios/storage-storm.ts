import { storageLadder } from '../invariants/storage/ladder.ts';
import { everything, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import {
  drainsToo,
  phases,
  smallDisksToo,
  storageClients,
  storageWords,
  trashToo,
} from './storage/setting.ts';

export default scenario({
  summary: 'The storage system under every fault family: 24 chunkservers over 3 regions, or a few',
  system: storage({ knobs: smallDisksToo }),
  clients: storageClients({ ...drainsToo, ...trashToo }),
  // Its leases are counted on clocks that run: the budget refuses each suspension.
  storm: everything({
    butRarely: ['wipe'],
    except: ['suspend'],
    operated: true,
    words: storageWords,
  }),
  ladder: storageLadder,
  phases,
  requiredProbes: [
    'leader change under load',
    'a server was lost',
    'a chain is formed anew',
    'a chunk is recovered',
    'a replica adopts from a longer one',
    'a write lease expired',
    'a session expired',
    'a fragment was erased',
    'a fragment is bad',
    'a chunk was converted',
    'write handed on again',
    'client chain broken',
    'client recall',
  ],
});
