import { mirrorLadder } from '../invariants/storage-mirror/ladder.ts';
import { calm, type Fault, scenario, seconds } from '../src/index.ts';
import { mirroredStorage } from '../src/systems/storage/mirror/mirrored-storage.ts';
import { mirrorClients } from './storage/mirror-clients.ts';

const phases = { form: seconds(3), storm: seconds(630), settle: seconds(30) };

const regionLost: Fault = {
  kind: 'zone-power-loss',
  target: { node: 'n1' },
  when: { atUs: seconds(15) },
  durationUs: seconds(600),
};

export default scenario({
  summary: 'The active region of two that mirror each other is lost for ten minutes under load',
  system: mirroredStorage(),
  clients: mirrorClients({ fromUs: seconds(4), toUs: seconds(640), intents: 900 }),
  storm: calm(),
  plan: [regionLost],
  ladder: mirrorLadder,
  phases,
  stepLimit: 5_000_000,
  requiredProbes: ['a region was promoted', 'the mirror failed back'],
});
