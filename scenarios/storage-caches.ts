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

/** For how long: now and then for longer than an operation may take. */
function spell(draw: (bound: number) => number): number {
  return draw(6) === 0 ? 4_500_000 : 200_000 + draw(1_800_000);
}

/**
 * Clients that nobody hears for a while, that stand still, or whose messages overtake each other, and
 * that go on with what they remember. On some days nothing but that last one is wrong.
 */
const lateClients = weather('clients are late', 'no damage', families, (draw, times) => {
  const isDisorder = draw(2) === 0;
  return Array.from({ length: 8 + draw(16) }, (): Fault => {
    const target = { node: `c${1 + draw(2)}` };
    const when = { atUs: within(draw, times) };
    const base = { target, when, durationUs: spell(draw) };
    const what = draw(6);
    if (isDisorder || what === 1 || what === 2) return { ...outOfOrder, ...base };
    if (what === 0) return { kind: 'stall', ...base };
    const direction = (['both', 'inbound', 'outbound'] as const)[draw(3)]!;
    return { kind: 'clog', ...base, direction };
  });
});

export default scenario({
  summary: 'Strict clients that remember much, are late, and stand still: leases of caches',
  system: storage({ knobs: { nodes: always(14) } }),
  clients: storageClients({
    'clients.mode': always('strict'),
    'clients.count': { kind: 'one of', values: [4, 2] },
    'clients.lanes': { kind: 'one of', values: [4, 2] },
    'clients.shape': { kind: 'one of', values: ['bursts', 'steady'] },
    'clients.operations': { kind: 'one of', values: [640, 320] },
    'files.looks': always(8),
    'files.often': { kind: 'one of', values: ['removals', 'attributes'] },
    'files.names': { kind: 'one of', values: [1, 3] },
    'files.hotPercent': { kind: 'one of', values: [80, 30] },
  }),
  storm: lateClients,
  ladder: storageLadder,
  phases,
  requiredProbes: ['client cache hit', 'client recall', 'a lease of a cache waited out'],
});
