import { mirrorLadder } from '../invariants/storage-mirror/ladder.ts';
import { everything, type Fault, scenario, seconds } from '../src/index.ts';
import { mirroredStorage } from '../src/systems/storage/mirror/mirrored-storage.ts';
import { mirrorClients } from './storage/mirror-clients.ts';

/**
 * The way back takes three rounds of the mirror, each some twenty seconds where the log of a region
 * takes as many entries a second, half of which are renewals of sessions.
 */
const phases = { form: seconds(3), storm: seconds(50), settle: seconds(90) };

const faults = everything({
  faults: [2, 14],
  words: { role: 'leader', roles: ['mirror', 'serving'], messages: ['set-version', 'call'] },
  // Two groups decide here, of which the budget of damage knows nothing.
  except: [
    ...(['wipe', 'bit-flip', 'suspend', 'whole-cluster'] as const),
    ...(['disk/read-error', 'disk/write-error', 'disk/sync-error'] as const),
  ],
});

/** A region without power, for a part of the storm: long enough for a promotion, mostly. */
function regionLost(seed: number, stormUs: number): Fault {
  const atUs = stormUs + seconds(8) + (seed % 7) * 700_000;
  const durationUs = seconds(10) + (seed % 5) * seconds(2);
  return { kind: 'zone-power-loss', target: { node: 'n1' }, when: { atUs }, durationUs };
}

export default scenario({
  summary:
    'Two storage clusters, the one the mirror of the other: the first region is lost and returns',
  system: mirroredStorage(),
  clients: mirrorClients({ fromUs: seconds(4), toUs: seconds(60), intents: 100 }),
  storm: {
    ...faults,
    name: 'everything, and a region',
    drawPlan: (config, seed, times) => [
      regionLost(seed, times.stormUs),
      ...faults.drawPlan(config, seed, times),
    ],
  },
  ladder: mirrorLadder,
  phases,
  requiredProbes: [
    'a region was promoted',
    'the mirror failed back',
    'a round of the mirror ended',
  ],
});
