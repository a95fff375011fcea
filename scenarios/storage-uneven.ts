import { storageLadder } from '../invariants/storage/ladder.ts';
import { everything, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { phases, storageClients, storageWords } from './storage/setting.ts';

export default scenario({
  summary: 'Several chunkservers on a host, and large and small ones, under every fault family',
  system: storage({
    knobs: {
      'storage.serversPerHost': { kind: 'one of', values: [2, 1, 3] },
      'storage.sizes': { kind: 'one of', values: ['unequal', 'equal'] },
      'storage.capacityBytes': { kind: 'one of', values: [65_536, 32_768] },
      // The last one goes by weights alone, and finds places only where each server has a host.
      'storage.rootClass': {
        kind: 'one of',
        values: ['copies', 'pair', '4+2', 'far-copies', '16+4'],
      },
    },
  }),
  clients: storageClients({ 'files.drains': { kind: 'one of', values: [false, true] } }),
  // Its leases are counted on clocks that run: the budget refuses each suspension.
  storm: everything({
    butRarely: ['wipe'],
    except: ['suspend'],
    operated: true,
    words: storageWords,
  }),
  ladder: storageLadder,
  phases,
  requiredProbes: ['a server was lost', 'a part moves to an emptier server', 'a repair begins'],
});
