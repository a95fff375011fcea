import { storageLadder } from '../invariants/storage/ladder.ts';
import { calm, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { beyond } from './common/beyond.ts';
import {
  leadersStay,
  noDamage,
  noLateWords,
  noRestarts,
  noWipes,
  sameMasters,
} from './storage/out-of-reach.ts';
import { phases, storageClients, trashToo } from './storage/setting.ts';

export default scenario({
  summary: 'The storage system in calm weather: every size, class and workload, no fault',
  system: storage(),
  clients: storageClients(trashToo),
  storm: calm(),
  ladder: storageLadder,
  phases,
  outOfReach: {
    ...sameMasters,
    ...noWipes,
    ...noDamage,
    ...noRestarts,
    ...noLateWords,
    ...leadersStay,
    ...beyond(
      'no server is lost, emptied or full',
      ...['SC7', 'SF3', 'SF9', 'SF11', 'SH2', 'SH5', 'SH7'],
    ),
    ...beyond('nobody empties or removes servers', ...['SB6', 'SG6']),
  },
});
