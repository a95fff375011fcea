import { storageLadder } from '../invariants/storage/ladder.ts';
import { crashes, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, phases, storageClients, storageWords } from './storage/setting.ts';

export default scenario({
  summary: 'Administrators empty chunkservers and use them again, under load and among crashes',
  system: storage({
    knobs: {
      nodes: always(30),
      'storage.blocksPerChunk': always(16),
      'storage.sealAfterUs': always(300_000),
      'storage.repairBytesPerSecond': always(1_000_000),
      'storage.rootClass': { kind: 'one of', values: ['4+2', 'copies', '8+4'] },
    },
  }),
  clients: storageClients({
    'files.drains': always(true),
    'files.classes': always(true),
    'clients.shape': { kind: 'one of', values: ['steady', 'bursts'] },
    'clients.operations': always(320),
  }),
  storm: crashes({ except: ['suspend', 'whole-cluster'], words: storageWords }),
  ladder: storageLadder,
  phases,
  requiredProbes: ['a part leaves a drained server', 'a repair begins'],
});
