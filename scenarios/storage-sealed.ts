import { storageLadder } from '../invariants/storage/ladder.ts';
import { crashes, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always } from './common/weather.ts';
import { phases, storageClients, storageWords } from './storage/setting.ts';

export default scenario({
  summary:
    'Chunks are replicated until nobody writes them, and coded from then on, among clones that come and go',
  system: storage({
    knobs: {
      'storage.rootClass': always('sealed-4+2'),
      'storage.sealAfterUs': { kind: 'one of', values: [300_000, 1_500_000] },
    },
  }),
  clients: storageClients({
    'clients.shape': { kind: 'one of', values: ['silences', 'bursts'] },
    'files.clones': always(true),
    'files.removals': always(true),
    'files.often': { kind: 'one of', values: ['clone+unlink', 'clone+unlink+rename', 'nothing'] },
    'files.names': { kind: 'one of', values: [3, 5] },
    'files.hotPercent': { kind: 'one of', values: [0, 30] },
  }),
  storm: crashes({ except: ['suspend'], words: storageWords }),
  ladder: storageLadder,
  phases,
  requiredProbes: ['a chunk was converted'],
});
