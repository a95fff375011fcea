import { mirrorLadder } from '../invariants/storage-mirror/ladder.ts';
import { scenario, seconds } from '../src/index.ts';
import { mirroredStorage } from '../src/systems/storage/mirror/mirrored-storage.ts';
import { always, weather } from './common/weather.ts';
import { mirrorClients } from './storage/mirror-clients.ts';

const phases = { form: seconds(3), storm: seconds(45), settle: seconds(100) };

const loss = weather(
  'a slow log, and a region is lost',
  'no damage',
  ['zone-power-loss'],
  (draw, { stormUs }) => [
    {
      kind: 'zone-power-loss',
      target: { node: 'n1' },
      when: { atUs: stormUs + seconds(8) + draw(5) * seconds(1) },
      durationUs: seconds(14),
    },
  ],
);

export default scenario({
  summary:
    'Two storage clusters whose logs take few entries a second, with writers that do not hear how writes ended',
  system: mirroredStorage({
    knobs: {
      'raft.batchEntries': always(1),
      'raft.batchBytes': always(200),
      'raft.maxInflight': always(1),
      'raft.heartbeatUs': always(50_000),
      'raft.electionTimeoutUs': always(300_000),
      'storage.writeLeaseUs': always(2_000_000),
      'storage.sessionLeaseUs': always(1_500_000),
      'mirror.bytesPerSecond': always(1_000_000),
    },
  }),
  clients: {
    ...mirrorClients({ fromUs: seconds(4), toUs: seconds(90), intents: 200 }),
    knobs: {
      'clients.count': always(5),
      'clients.files': { kind: 'one of', values: [2, 4] },
    },
  },
  storm: {
    ...loss,
    knobs: {
      ...loss.knobs,
      'disk.syncLatencyUs': always(8_000),
      'net.latencyUs': always(3_000),
      'net.lossPerMillion': { kind: 'one of', values: [50_000, 20_000] },
    },
  },
  ladder: mirrorLadder,
  phases,
  requiredProbes: ['writers wait for the copy of a tree', 'a region was promoted'],
});
