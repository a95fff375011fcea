import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, weather, within } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';

/** Clients that nobody hears for a while, or that stand still, and go on with what they remember. */
const lateClients = weather('clients are late', 'no damage', ['clog', 'stall'], (draw, times) =>
  Array.from({ length: 8 + draw(16) }, (): Fault => {
    const target = { node: `c${1 + draw(2)}` };
    const base = { target, when: { atUs: within(draw, times) } };
    const durationUs = 200_000 + draw(1_800_000);
    if (draw(4) === 0) return { kind: 'stall', ...base, durationUs };
    const direction = (['both', 'inbound', 'outbound'] as const)[draw(3)]!;
    return { kind: 'clog', ...base, direction, durationUs };
  }),
);

export default scenario({
  summary: 'Strict clients that remember much, are late, and stand still: leases of caches',
  system: storage({ knobs: { nodes: always(14) } }),
  clients: storageClients({
    'clients.mode': always('strict'),
    'clients.lanes': always(2),
    'clients.shape': always('steady'),
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
