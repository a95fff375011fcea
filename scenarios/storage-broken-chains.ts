import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { topologyOf } from '../src/systems/storage/topology.ts';
import { always, weather, within } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';
import { chunkserver } from './storage/weather.ts';

type Draw = (bound: number) => number;
type Moment = Extract<Fault['when'], { readonly event: string }>;
type Target = { readonly node: string } | { readonly role: string };

const families = [
  ...(['partition', 'degrade', 'stall', 'kill', 'power-loss'] as const),
  ...(['clog', 'transfer', 'disk'] as const),
] as const;

const cut = { kind: 'partition', direction: 'both', flapUs: 0, arrangement: 0 } as const;

/** A hop of chains fails, for clients and masters reach the server: or it stands still, or dies. */
function breakAt(draw: Draw, target: Target, when: Fault['when']): Fault {
  const durationUs = 150_000 + draw(900_000);
  const base = { target, when, durationUs };
  switch (draw(6)) {
    case 0:
      return { kind: 'stall', ...base };
    case 1:
      return { kind: draw(2) === 0 ? 'kill' : 'power-loss', ...base };
    case 2:
      return {
        kind: 'degrade',
        ...base,
        all: false,
        serversOnly: true,
        lossPerMillion: 200_000 + draw(500_000),
        duplicatePerMillion: 0,
        reorderPerMillion: 0,
        corruptPerMillion: 0,
        extraLatencyUs: 0,
      };
    default:
      return { ...cut, shape: 'own-kind', ...base };
  }
}

/** Nobody hears a writer, until its lease is over perhaps, whatever of its write is on its way. */
function silentWriter(draw: Draw, when: Moment): Fault {
  const target = { node: `c${1 + draw(2)}` };
  const durationUs = 300_000 + draw(2_500_000);
  if (draw(3) === 0) return { kind: 'stall', target, when, durationUs };
  return { kind: 'clog', direction: draw(2) === 0 ? 'both' : 'outbound', target, when, durationUs };
}

/** The leader stays and takes nothing into its log: it hands over to who is not there, or has no room. */
function idleLeader(draw: Draw, masters: number, moment: Moment): Fault[] {
  const durationUs = 300_000 + draw(900_000);
  if (draw(3) === 0) {
    const full = { kind: 'disk', mode: 'full', perMillion: 1_000_000, file: '' } as const;
    return [{ ...full, target: { role: 'leader' }, when: moment, durationUs }];
  }
  const target = { node: `n${1 + draw(masters)}` };
  const handover = { ...moment, afterUs: moment.afterUs + 20_000 + draw(60_000) };
  return [
    { ...cut, shape: 'isolate', target, when: moment, durationUs },
    { kind: 'transfer', target, when: handover, durationUs },
  ];
}

const broken = weather('chains break', 'no damage', families, (draw, times, config) =>
  Array.from({ length: 10 + draw(10) }, (): Fault[] => {
    const atUs = within(draw, times);
    const moment = {
      event: 'receive:write-bytes',
      nth: 1 + draw(4),
      notBeforeUs: atUs,
      afterUs: draw(2) * draw(4_000),
    };
    const faults = [breakAt(draw, { role: '@event' }, moment)];
    if (draw(2) === 0)
      faults.push(breakAt(draw, { node: chunkserver(config, draw(64)) }, { atUs }));
    if (draw(3) === 0) faults.push(silentWriter(draw, { ...moment, nth: moment.nth + draw(2) }));
    if (draw(2) === 0) faults.push(...idleLeader(draw, topologyOf(config).masters, moment));
    return faults;
  }).flat(),
);

export default scenario({
  summary:
    'Chains of replicas break under writers who write on and on, fall silent, or find an idle leader',
  system: storage({
    knobs: {
      nodes: always(14),
      'storage.blocksPerChunk': always(16),
      'storage.rootClass': { kind: 'one of', values: ['copies', 'far-copies', 'pair'] },
    },
  }),
  clients: storageClients({
    'clients.count': { kind: 'one of', values: [3, 2] },
    'clients.operations': always(320),
    'clients.shape': { kind: 'one of', values: ['steady', 'bursts'] },
    'files.often': always('write'),
    'files.reads': always('short'),
    'files.names': { kind: 'one of', values: [3, 1] },
    'files.chunks': { kind: 'one of', values: [1, 2] },
    'files.hotPercent': { kind: 'one of', values: [30, 80, 0] },
    'files.classes': always(false),
    'files.quotas': always(false),
  }),
  storm: broken,
  ladder: storageLadder,
  phases,
  requiredProbes: ['a chain is formed anew', 'client chain broken', 'a write lease expired'],
});
