import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Config, type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, type Times, weather, within } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';
import { chunkserver } from './storage/weather.ts';

type Draw = (bound: number) => number;

/**
 * For a moment all that one server says is doubled, and both copies of most come later than what it says
 * behind them: its masters hear what it had a while ago, and hear it twice. The others are heard in time,
 * so that chunks are written, coded and made anew while its report is under way. A moment is as long as
 * a beat or two, for the answer to one asks for the report.
 */
function overtaken(draw: Draw, times: Times, config: Config): Fault {
  return {
    kind: 'degrade',
    target: { node: chunkserver(config, draw(64)) },
    all: false,
    lossPerMillion: 0,
    duplicatePerMillion: 1_000_000,
    reorderPerMillion: 900_000,
    corruptPerMillion: 0,
    extraLatencyUs: [150_000, 400_000, 900_000, 1_600_000][draw(4)]! + draw(200_000),
    serversOnly: true,
    direction: 'outbound',
    when: { atUs: within(draw, times) },
    durationUs: 50_000 + draw(130_000),
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
  (draw, times, config) => {
    const moments = Array.from({ length: 60 + draw(60) }, () => overtaken(draw, times, config));
    const losses = Array.from({ length: draw(3) }, () => soonBack(draw, times, config));
    if (draw(8) > 0) return [...moments, ...losses];
    // Everybody's words are late then, and masters agree on little: a few moments are enough.
    const few = moments.slice(0, 24 + draw(40));
    return [...few.map((moment) => ({ ...moment, all: true })), ...losses];
  },
);

export default scenario({
  summary: 'Reports of chunkservers that come twice, and long after what was sent behind them',
  system: storage({
    knobs: {
      nodes: always(14),
      'storage.rootClass': {
        kind: 'one of',
        values: ['copies', 'sealed-4+2', 'pair', '4+2', 'far-copies'],
      },
      'storage.graceUs': always(200_000),
      // Who looks at all that it has in so short a time tells of it as often.
      'storage.scrubCycleUs': { kind: 'one of', values: [300_000, 600_000] },
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
