import { storageLadder } from '../invariants/storage/ladder.ts';
import { scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';
import { slowChains } from './storage/slow-chains.ts';

export default scenario({
  summary: 'Many strict readers of a few hot chunks, whose writes take long from server to server',
  system: storage({
    knobs: {
      nodes: always(14),
      // So that a file is one chunk.
      'storage.blocksPerChunk': always(16),
      'storage.rootClass': { kind: 'one of', values: ['copies', 'far-copies', 'pair'] },
    },
  }),
  clients: storageClients({
    'clients.count': always(5),
    'clients.mode': { kind: 'one of', values: ['strict', 'mixed'] },
    'clients.lanes': always(2),
    'clients.shape': { kind: 'one of', values: ['bursts', 'steady'] },
    'clients.operations': always(320),
    'files.names': always(1),
    'files.chunks': always(1),
    'files.hotPercent': always(80),
    'files.clones': always(false),
    'files.reads': always('short'),
    'files.often': { kind: 'one of', values: ['read', 'write'] },
    'files.locks': { kind: 'one of', values: [true, false] },
  }),
  storm: slowChains,
  ladder: storageLadder,
  phases,
  requiredProbes: ['read of a pending block'],
});
