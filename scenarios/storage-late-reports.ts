import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Config, type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, type Times, weather, within } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';
import { chunkserver } from './storage/weather.ts';

type Draw = (bound: number) => number;

/**
 * For a moment all that a server says is doubled, and both copies of most come later than what it says
 * behind them: its masters hear what it had a while ago, and hear it twice.
 */
function overtaken(draw: Draw, times: Times, config: Config): Fault {
  return {
    kind: 'degrade',
    target: { node: chunkserver(config, draw(64)) },
    all: true,
    lossPerMillion: 0,
    duplicatePerMillion: 1_000_000,
    reorderPerMillion: 900_000,
    corruptPerMillion: 0,
    extraLatencyUs: [150_000, 400_000, 900_000][draw(3)]! + draw(100_000),
    serversOnly: true,
    direction: 'outbound',
    when: { atUs: within(draw, times) },
    durationUs: 20_000 + draw(130_000),
  };
}

/** A server comes back empty, so that parts are made anew for servers that report meanwhile. */
function soonBack(draw: Draw, times: Times, config: Config): Fault {
  const [target, when] = [{ node: chunkserver(config, draw(64)) }, { atUs: within(draw, times) }];
  return { kind: 'wipe', target, when, durationUs: 5_000 + draw(60_000) };
}

const late = weather(
  'reports are overtaken',
  'noticeable damage',
  ['degrade', 'wipe'],
  (draw, times, config) => [
    ...Array.from({ length: 24 + draw(40) }, () => overtaken(draw, times, config)),
    ...Array.from({ length: draw(4) }, () => soonBack(draw, times, config)),
  ],
);

export default scenario({
  summary: 'Reports of chunkservers that come twice, and long after what was sent behind them',
  system: storage({
    knobs: {
      nodes: always(14),
      'storage.rootClass': { kind: 'one of', values: ['copies', 'far-copies', 'pair', '4+2'] },
      'storage.graceUs': always(200_000),
      // Who looks at all that it has in so short a time tells of it as often.
      'storage.scrubCycleUs': { kind: 'one of', values: [300_000, 600_000, 1_500_000] },
      'storage.sealAfterUs': always(300_000),
    },
  }),
  clients: storageClients({
    'clients.operations': { kind: 'one of', values: [320, 200] },
    'clients.shape': { kind: 'one of', values: ['steady', 'bursts'] },
    'files.names': { kind: 'one of', values: [5, 3] },
    'files.chunks': { kind: 'one of', values: [2, 4] },
    'files.hotPercent': { kind: 'one of', values: [0, 30] },
    'files.syncs': always(true),
  }),
  storm: late,
  ladder: storageLadder,
  phases,
  requiredProbes: ['a report comes late', 'a fragment was made'],
});
