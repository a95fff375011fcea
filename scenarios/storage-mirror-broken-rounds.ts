import { mirrorLadder } from '../invariants/storage-mirror/ladder.ts';
import { type Fault, scenario, seconds } from '../src/index.ts';
import { mirroredStorage } from '../src/systems/storage/mirror/mirrored-storage.ts';
import { weather, within } from './common/weather.ts';
import { mirrorClients } from './storage/mirror-clients.ts';

const phases = { form: seconds(3), storm: seconds(20), settle: seconds(10) };

/** The mirror goes down in the middle of its rounds, and comes back at once or after a while. */
const broken = weather('the mirror goes down', 'no damage', ['kill'], (draw, times) =>
  Array.from({ length: 6 + draw(8) }, (): Fault => {
    const when = { atUs: within(draw, times) };
    const durationUs = 20_000 + draw(draw(2) === 0 ? 300_000 : 2_000_000);
    return { kind: 'kill', target: { node: 'n17' }, when, durationUs };
  }),
);

export default scenario({
  summary:
    'Two storage clusters whose mirror goes down in the middle of its rounds, with files that do not live long',
  system: mirroredStorage({
    knobs: {
      'mirror.pauseUs': { kind: 'one of', values: [300_000, 50_000] },
      // A round lasts long enough to be broken.
      'mirror.bytesPerSecond': { kind: 'one of', values: [50_000, 200_000] },
    },
  }),
  clients: {
    ...mirrorClients({ fromUs: seconds(3), toUs: seconds(26), intents: 280, shares: [5, 0, 4] }),
    knobs: {
      'clients.count': { kind: 'one of', values: [3, 5] },
      'clients.files': { kind: 'one of', values: [2, 4] },
    },
  },
  storm: broken,
  ladder: mirrorLadder,
  phases,
  requiredProbes: ['a broken round was brought to its end', 'a round of the mirror ended'],
});
