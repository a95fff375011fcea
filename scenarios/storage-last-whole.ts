import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, weather } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';
import { chunkserver } from './storage/weather.ts';

/**
 * Bits turn over on all servers but one or two, and before anybody has read them the others go down,
 * for longer than a lease: what is written meanwhile is written without whoever has the last whole replica.
 */
const unseen = weather(
  'the last whole one goes down',
  'noticeable damage',
  ['bit-flip', 'kill', 'power-loss'],
  (draw, times, config) => {
    const rounds = 2 + draw(2);
    const spanUs = times.healUs - times.stormUs;
    return Array.from({ length: rounds }, (_, nth): Fault[] => {
      const atUs = times.stormUs + Math.floor((nth * spanUs) / rounds) + draw(200_000);
      const whole = draw(64);
      const flips = Array.from({ length: 12 + draw(24) }, (): Fault => {
        const target = { node: chunkserver(config, whole + 1 + draw(2)) };
        const where = { file: '.data', positionPerMillion: draw(1_000_000), bit: draw(8) };
        return { kind: 'bit-flip', target, ...where, when: { atUs }, durationUs: 0 };
      });
      const down: Fault = {
        kind: draw(2) === 0 ? 'kill' : 'power-loss',
        target: { node: chunkserver(config, whole) },
        when: { atUs: atUs + draw(300_000) },
        durationUs: 1_000_000 + draw(2_500_000),
      };
      return [...flips, down];
    }).flat();
  },
);

export default scenario({
  summary:
    'Replicas rot unseen, and whoever has the last whole one goes down under those who write',
  system: storage({
    knobs: {
      // Three chunkservers, one in each region, or one more: each has a part of everything.
      nodes: { kind: 'one of', values: [6, 7] },
      'storage.masters': always(3),
      'storage.metaloggers': always(0),
      'storage.rootClass': { kind: 'one of', values: ['copies', 'far-copies'] },
      'storage.serverLeaseUs': always(800_000),
      'storage.graceUs': always(200_000),
      'storage.scrubCycleUs': always(4_000_000),
      'storage.repairBytesPerSecond': always(1_000_000),
    },
  }),
  clients: storageClients({
    'clients.operations': { kind: 'one of', values: [320, 200] },
    'clients.mode': { kind: 'one of', values: ['strict', 'mixed'] },
    'files.names': { kind: 'one of', values: [1, 3] },
    'files.chunks': { kind: 'one of', values: [2, 1] },
    'files.hotPercent': { kind: 'one of', values: [0, 30] },
    'files.often': { kind: 'one of', values: ['write', 'nothing'] },
    'files.classes': always(false),
    'clients.restarts': always(0),
    'clients.shape': { kind: 'one of', values: ['steady', 'bursts'] },
    'clients.settling': always('quiet'),
  }),
  storm: unseen,
  ladder: storageLadder,
  phases,
  requiredProbes: ['a chain is formed anew', 'a fragment is bad'],
});
