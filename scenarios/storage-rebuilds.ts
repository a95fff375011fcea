import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, weather, within } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';
import { chunkserver } from './storage/weather.ts';

/** Moments of repairs, of changes of code and of erasures at which a server may die. */
const moments = [
  'receive:rebuild-part',
  'receive:copy-fragment',
  'send:read-blocks',
  'receive:blocks-read',
  'receive:encode',
  'receive:put-part',
  'send:task-done',
  'receive:erase-fragment',
] as const;

const families = ['wipe', 'power-loss', 'kill', 'degrade', 'stall', 'bit-flip'] as const;

/**
 * Chunkservers are lost one after the other, each for so long that what it had is made anew elsewhere:
 * with its disk, or only for a while. Around each loss come the small troubles that a rebuild meets:
 * damage that nobody has found yet, sources that are not heard, and deaths in the middle.
 */
const lost = weather(
  'hosts are lost one after the other',
  'noticeable damage',
  families,
  (draw, times, config) => {
    const [losses, first] = [3 + draw(5), draw(64)];
    const spanUs = times.healUs - times.stormUs;
    const faults: Fault[] = [];
    for (let nth = 0; nth < losses; nth++) {
      const atUs = times.stormUs + Math.floor((nth * spanUs) / losses) + draw(300_000);
      const target = { node: chunkserver(config, first + nth) };
      const when = { atUs };
      const nextTo = { node: chunkserver(config, first + nth + 1 + draw(12)) };
      if (draw(2) === 0) {
        const [positionPerMillion, bit] = [draw(1_000_000), draw(8)];
        const where = { file: draw(4) === 0 ? '' : '.data', positionPerMillion, bit };
        faults.push({ kind: 'bit-flip', target: nextTo, ...where, when, durationUs: 0 });
      }
      if (draw(2) === 0) {
        faults.push({ kind: 'wipe', target, when, durationUs: 20_000 + draw(400_000) });
      } else {
        const durationUs = 1_000_000 + draw(4_000_000);
        faults.push({ kind: 'power-loss', target, when, durationUs });
      }
      const laterUs = atUs + draw(2_500_000);
      const later = { atUs: laterUs };
      switch (draw(4)) {
        case 0:
          faults.push({
            ...{ kind: 'degrade', target, all: true, serversOnly: true },
            ...{ lossPerMillion: 100_000 + draw(400_000), duplicatePerMillion: draw(100_000) },
            ...{ reorderPerMillion: draw(300_000), corruptPerMillion: 0, extraLatencyUs: 0 },
            ...{ when: later, durationUs: 300_000 + draw(1_200_000) },
          });
          break;
        case 1:
          faults.push({ kind: 'stall', target: nextTo, when: later, durationUs: draw(900_000) });
          break;
        default:
          faults.push({
            kind: 'kill',
            target: { role: '@event' },
            when: {
              event: moments[draw(moments.length)]!,
              nth: 1 + draw(12),
              notBeforeUs: within(draw, times),
              afterUs: draw(2) === 0 ? 0 : draw(4_000),
            },
            durationUs: 20_000 + draw(600_000),
          });
      }
    }
    return faults;
  },
);

export default scenario({
  summary: 'Chunkservers are lost one after the other while clients write: rebuilds of every code',
  system: storage({
    knobs: {
      'storage.rootClass': {
        kind: 'one of',
        values: ['4+2', '8+4', '8+3', '16+4', 'copies', 'far-copies'],
      },
      // Parts of one block, and of many.
      'storage.blockBytes': always(64),
      'storage.blocksPerChunk': { kind: 'one of', values: [64, 16] },
      'storage.downGraceUs': { kind: 'one of', values: [100_000, 500_000] },
      'storage.sealAfterUs': always(300_000),
      'storage.repairBytesPerSecond': always(1_000_000),
    },
  }),
  clients: storageClients({
    'files.classes': { kind: 'one of', values: [true, false] },
    'files.syncs': always(true),
    'clients.settling': { kind: 'one of', values: ['quiet', 'loaded'] },
  }),
  storm: lost,
  ladder: storageLadder,
  phases,
  requiredProbes: ['a server was lost', 'a fragment was made', 'a fragment is bad'],
});
