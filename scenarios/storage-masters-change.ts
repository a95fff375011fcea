import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { topologyOf } from '../src/systems/storage/topology.ts';
import { always, weather, within } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';

const changes = ['remove', 'remove', 'replace', 'demote', 'add'] as const;

/** Operators change who the masters are: above all they take out who leads, whom all clients ask. */
const changed = weather(
  'masters are taken out and put in',
  'no damage',
  ['membership', 'transfer'],
  (draw, times, config) => {
    const { firstServer } = topologyOf(config);
    return Array.from({ length: 3 + draw(5) }, (): Fault => {
      const leader = { role: 'leader' } as const;
      const target = draw(3) > 0 ? leader : { node: `n${1 + draw(firstServer)}` };
      const when = { atUs: within(draw, times) };
      if (draw(5) === 0) return { kind: 'transfer', target, when, durationUs: 1 };
      const change = changes[draw(changes.length)]!;
      const how = { change, transition: 'auto', arrangement: draw(64) } as const;
      return { kind: 'membership', target, ...how, when, durationUs: 300_000 + draw(1_500_000) };
    });
  },
);

export default scenario({
  summary: 'Masters are taken out of their group and put in again, those that lead first of all',
  system: storage({
    knobs: {
      nodes: always(14),
      'storage.metaloggers': { kind: 'one of', values: [1, 2, 0] },
      'raft.preVote': always(true),
    },
  }),
  clients: storageClients({
    'clients.count': { kind: 'one of', values: [3, 5] },
    'clients.operations': { kind: 'one of', values: [320, 200] },
    // Who is served still when all is over, and who is not?
    'clients.settling': always('loaded'),
  }),
  storm: changed,
  ladder: storageLadder,
  phases,
  requiredProbes: ['leader change under load'],
});
