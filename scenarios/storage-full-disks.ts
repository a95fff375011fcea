import { storageLadder } from '../invariants/storage/ladder.ts';
import { scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { beyond } from './common/beyond.ts';
import { weather, within } from './common/weather.ts';
import {
  leadersStay,
  noDamage,
  noLateWords,
  noRestarts,
  noWipes,
  sameMasters,
} from './storage/out-of-reach.ts';
import { phases, storageClients } from './storage/setting.ts';
import { chunkserver } from './storage/weather.ts';

const filling = weather('disks fill', 'no damage', ['disk'], (draw, times, config) =>
  Array.from({ length: 4 + draw(12) }, () => ({
    kind: 'disk' as const,
    mode: 'full' as const,
    target: { node: chunkserver(config, draw(64)) },
    // Nothing more goes in, or what is small or in place still does.
    perMillion: [1_000_000, 500_000, 150_000][draw(3)]!,
    file: '',
    when: { atUs: within(draw, times) },
    durationUs: 100_000 + draw(4_000_000),
  })),
);

export default scenario({
  summary:
    'Disks of chunkservers fill, or are small from the start: clean errors, never half a fragment',
  system: storage({
    knobs: { 'storage.capacityBytes': { kind: 'one of', values: [16_384, 4_096, 65_536] } },
  }),
  clients: storageClients(),
  storm: filling,
  ladder: storageLadder,
  phases,
  outOfReach: {
    ...sameMasters,
    ...noWipes,
    ...noDamage,
    ...noRestarts,
    ...noLateWords,
    ...leadersStay,
    ...beyond('no server is emptied or removed', ...['SH5', 'SB6', 'SG6']),
    ...beyond('nothing that is removed is kept', 'SE14'),
  },
});
