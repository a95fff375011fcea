import { storageLadder } from '../invariants/storage/ladder.ts';
import { scenario, seconds } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always } from './common/weather.ts';
import { storageClients } from './storage/setting.ts';
import { slowChains } from './storage/slow-chains.ts';

/** No disk is harmed, so that little has to be mended afterwards. */
const phases = { form: seconds(2), storm: seconds(7), settle: seconds(8) } as const;

export default scenario({
  summary: 'Strict clients lengthen files over several chunks at a time, slowly, and many look on',
  system: storage({
    knobs: {
      nodes: always(14),
      // So that a write takes several chunks, one after the other.
      'storage.blocksPerChunk': always(4),
      'storage.rootClass': { kind: 'one of', values: ['copies', 'pair', 'far-copies'] },
    },
  }),
  clients: storageClients(
    {
      'clients.count': { kind: 'one of', values: [4, 3] },
      'clients.lanes': always(4),
      'clients.mode': always('strict'),
      'clients.shape': { kind: 'one of', values: ['bursts', 'steady'] },
      'clients.operations': always(640),
      'clients.settling': always('quiet'),
      'files.names': { kind: 'one of', values: [1, 3] },
      'files.chunks': always(4),
      'files.hotPercent': { kind: 'one of', values: [80, 30] },
      'files.clones': always(false),
      'files.classes': always(false),
      'files.quotas': always(false),
      'files.locks': always(false),
      // Who ends somewhere makes room for what is longer again.
      'files.removals': always(true),
      'files.truncations': always(false),
      'files.appends': always(true),
      'files.often': always('read'),
    },
    phases,
  ),
  storm: slowChains,
  ladder: storageLadder,
  phases,
  requiredProbes: ['client cache hit', 'read of a pending block'],
});
