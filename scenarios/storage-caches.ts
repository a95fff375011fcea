import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, weather, within } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';

/** What a client sends later comes sooner, now and then: its questions overtake its changes. */
const outOfOrder = {
  kind: 'degrade',
  all: false,
  lossPerMillion: 0,
  duplicatePerMillion: 0,
  reorderPerMillion: 400_000,
  corruptPerMillion: 0,
  extraLatencyUs: 0,
} as const;

const families = ['clog', 'stall', 'degrade'] as const;

/**
 * Clients that nobody hears for a while, that stand still, or whose messages overtake each other, and
 * that go on with what they remember.
 */
const lateClients = weather('clients are late', 'no damage', families, (draw, times) =>
  Array.from({ length: 8 + draw(16) }, (): Fault => {
    const target = { node: `c${1 + draw(2)}` };
    const base = { target, when: { atUs: within(draw, times) } };
    const durationUs = 200_000 + draw(1_800_000);
    switch (draw(6)) {
      case 0:
        return { kind: 'stall', ...base, durationUs };
      case 1:
      case 2:
        return { ...outOfOrder, ...base, durationUs };
      default: {
        const direction = (['both', 'inbound', 'outbound'] as const)[draw(3)]!;
        return { kind: 'clog', ...base, direction, durationUs };
      }
    }
  }),
);

export default scenario({
  summary: 'Strict clients that remember much, are late, and stand still: leases of caches',
  system: storage({ knobs: { nodes: always(14) } }),
  clients: storageClients({
    'clients.mode': always('strict'),
    'clients.lanes': always(2),
    'clients.shape': { kind: 'one of', values: ['bursts', 'steady'] },
    'clients.operations': always(320),
    'files.looks': always(8),
    'files.names': { kind: 'one of', values: [1, 3] },
    'files.hotPercent': { kind: 'one of', values: [80, 30] },
  }),
  storm: lateClients,
  ladder: storageLadder,
  phases,
  requiredProbes: ['client cache hit', 'client recall', 'a lease of a cache waited out'],
});
