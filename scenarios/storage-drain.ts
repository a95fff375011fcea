import { storageLadder } from '../invariants/storage/ladder.ts';
import { crashes, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { beyond } from './common/beyond.ts';
import { noLateWords, noWipes, sameMasters } from './storage/out-of-reach.ts';
import { phases, storageClients, storageWords } from './storage/setting.ts';

export default scenario({
  summary: 'Servers are emptied and balanced while clients write, and others die and stand still',
  system: storage({
    // So small that what a few files take counts as a share of it.
    knobs: { 'storage.capacityBytes': { kind: 'one of', values: [32_768, 16_384, 8_192] } },
  }),
  // Where servers wait to be emptied for want of room, nothing is balanced.
  clients: storageClients({ 'files.drains': { kind: 'one of', values: [true, false] } }),
  storm: crashes({ except: ['suspend'], words: storageWords }),
  ladder: storageLadder,
  phases,
  requiredProbes: ['a part leaves a drained server', 'a part moves to an emptier server'],
  outOfReach: {
    ...sameMasters,
    ...noWipes,
    ...beyond('no disk is damaged', ...['I47', 'SA5']),
    ...noLateWords,
    ...beyond('nothing that is removed is kept', 'SE14'),
  },
});
