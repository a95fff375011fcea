import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, weather, within } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';
import { chunkserver } from './storage/weather.ts';

/** Servers whose messages to other servers take long: a write is on some of a chain for a while. */
const slowChains = weather(
  'chains are slow',
  'no damage',
  ['degrade', 'stall'],
  (draw, times, config) =>
    Array.from({ length: 12 + draw(16) }, (): Fault => {
      const target = { node: chunkserver(config, draw(64)) };
      const base = { target, when: { atUs: within(draw, times) } };
      if (draw(8) === 0) return { kind: 'stall', ...base, durationUs: 50_000 + draw(300_000) };
      return {
        kind: 'degrade',
        ...base,
        all: false,
        serversOnly: true,
        lossPerMillion: 0,
        duplicatePerMillion: 0,
        reorderPerMillion: 0,
        corruptPerMillion: 0,
        // Less than what makes anybody ask again.
        extraLatencyUs: 10_000 + draw(60_000),
        durationUs: 500_000 + draw(3_000_000),
      };
    }),
);

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
    'files.favour': { kind: 'one of', values: ['read', 'write'] },
    'files.locks': { kind: 'one of', values: [true, false] },
  }),
  storm: slowChains,
  ladder: storageLadder,
  phases,
  requiredProbes: ['read of a pending block'],
});
