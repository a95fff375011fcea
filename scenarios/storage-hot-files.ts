import { storageLadder } from '../invariants/storage/ladder.ts';
import { calm, scenario, seconds } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always } from './common/weather.ts';
import { storageClients } from './storage/setting.ts';

/** Nothing has to be mended afterwards. */
const phases = { form: seconds(2), storm: seconds(7), settle: seconds(8) } as const;

export default scenario({
  summary: 'One small file that all clients lock, lengthen and cut at once, in good weather',
  system: storage({
    knobs: {
      nodes: always(14),
      'storage.blocksPerChunk': always(16),
      'storage.rootClass': { kind: 'one of', values: ['copies', 'pair', '4+2'] },
    },
  }),
  clients: storageClients(
    {
      'clients.count': { kind: 'one of', values: [5, 3] },
      'clients.lanes': always(2),
      'clients.mode': { kind: 'one of', values: ['strict', 'mixed'] },
      'clients.shape': { kind: 'one of', values: ['bursts', 'steady'] },
      'clients.operations': always(320),
      'files.names': always(1),
      'files.chunks': { kind: 'one of', values: [1, 2] },
      'files.hotPercent': always(80),
      'files.clones': always(false),
      'files.quotas': always(false),
      'files.often': { kind: 'one of', values: ['truncations', 'locks', 'appends'] },
    },
    phases,
  ),
  storm: calm(),
  ladder: storageLadder,
  phases,
});
