import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Config, type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, type Times, weather, within } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';
import { chunkserver } from './storage/weather.ts';

type Draw = (bound: number) => number;

/**
 * For a moment every message is doubled, and both copies of most come later than all that is sent
 * behind them, retries included: what the receiver takes for news was overtaken by events long ago.
 */
function overtaken(draw: Draw, times: Times, config: Config): Fault {
  return {
    kind: 'degrade',
    target: { node: chunkserver(config, draw(64)) },
    all: draw(3) === 0,
    lossPerMillion: 0,
    duplicatePerMillion: 1_000_000,
    reorderPerMillion: 900_000,
    corruptPerMillion: 0,
    extraLatencyUs: [100_000, 400_000, 1_200_000][draw(3)]! + draw(100_000),
    serversOnly: draw(2) === 0,
    direction: draw(3) === 0 ? 'both' : 'inbound',
    when: { atUs: within(draw, times) },
    durationUs: 10_000 + draw(90_000),
  };
}

/** A server that has given its word goes, and comes back soon, with its disk or without. */
function soonBack(draw: Draw, times: Times): Fault {
  const event = (['send:version-set', 'send:bytes-written', 'send:part-put'] as const)[draw(3)]!;
  const [nth, notBeforeUs] = [1 + draw(12), within(draw, times)];
  const when = { event, nth, notBeforeUs, afterUs: draw(100_000) };
  const kind = draw(2) === 0 ? 'wipe' : 'kill';
  return { kind, target: { role: '@event' }, when, durationUs: 5_000 + draw(60_000) };
}

const late = weather(
  'orders are overtaken',
  'noticeable damage',
  ['degrade', 'wipe', 'kill'],
  (draw, times, config) => [
    ...Array.from({ length: 16 + draw(24) }, () => overtaken(draw, times, config)),
    ...Array.from({ length: draw(2) * (2 + draw(4)) }, () => soonBack(draw, times)),
  ],
);

export default scenario({
  summary: 'Orders and answers that come twice, and long after what was sent behind them',
  system: storage({
    knobs: {
      nodes: always(14),
      'storage.rootClass': { kind: 'one of', values: ['copies', 'far-copies', 'pair', '4+2'] },
      'storage.graceUs': always(200_000),
      'storage.writeLeaseUs': { kind: 'one of', values: [700_000, 2_000_000] },
    },
  }),
  clients: storageClients({
    'clients.operations': { kind: 'one of', values: [320, 200] },
    'clients.shape': { kind: 'one of', values: ['steady', 'bursts'] },
    'files.names': { kind: 'one of', values: [1, 3] },
    'files.chunks': { kind: 'one of', values: [1, 2] },
    'files.hotPercent': { kind: 'one of', values: [80, 30] },
    'files.syncs': always(true),
  }),
  storm: late,
  ladder: storageLadder,
  phases,
  requiredProbes: ['a fragment is bad', 'disk found empty'],
});
