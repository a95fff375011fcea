import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Config, type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { always, weather } from './common/weather.ts';
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

const families = ['wipe', 'power-loss', 'kill', 'degrade', 'stall', 'bit-flip', 'disk'] as const;

type Draw = (bound: number) => number;
type Target = { readonly node: string };

/**
 * A few bits turn over, on servers of which nobody knows yet that they will be asked for them. What
 * rots in a journal shows when it is read, at the next start.
 */
function latentDamage(draw: Draw, config: Config, atUs: number): Fault[] {
  return Array.from({ length: 4 + draw(12) }, (): Fault[] => {
    const target = { node: chunkserver(config, draw(64)) };
    const isJournal = draw(3) === 0;
    const [positionPerMillion, bit] = [draw(1_000_000), draw(8)];
    const where = { file: isJournal ? 'journal/' : '.data', positionPerMillion, bit };
    const flip: Fault = { kind: 'bit-flip', target, ...where, when: { atUs }, durationUs: 0 };
    const durationUs = 20_000 + draw(300_000);
    const death: Fault = { kind: 'kill', target, when: { atUs: atUs + draw(5_000) }, durationUs };
    return isJournal && draw(2) === 0 ? [flip, death] : [flip];
  }).flat();
}

/** A server is gone with its disk, or for so long; and then its disk may be hard to read at first. */
function loss(draw: Draw, target: Target, atUs: number): Fault[] {
  const when = { atUs };
  if (draw(2) === 0) return [{ kind: 'wipe', target, when, durationUs: 20_000 + draw(400_000) }];
  const downUs = 1_000_000 + draw(4_000_000);
  const down: Fault = { kind: 'power-loss', target, when, durationUs: downUs };
  if (draw(2) === 0) return [down];
  const durationUs = downUs + 50_000 + draw(400_000);
  const trouble = { mode: 'read-error', perMillion: 250_000, file: '' } as const;
  return [down, { kind: 'disk', target, ...trouble, when, durationUs }];
}

/** What a rebuild meets once it has begun. */
function trouble(draw: Draw, config: Config, notBeforeUs: number): Fault[] {
  const event = draw(3) === 0 ? 'receive:copy-fragment' : 'receive:rebuild-part';
  const when: Fault['when'] = {
    event,
    nth: 1 + draw(3),
    notBeforeUs,
    afterUs: draw(2) * draw(2_000),
  };
  switch (draw(8)) {
    case 0: {
      const durationUs = 200_000 + draw(1_000_000);
      const base = { kind: 'degrade', target: { role: '@event' }, all: true, when, durationUs };
      const loss = { lossPerMillion: 200_000 + draw(400_000), duplicatePerMillion: draw(100_000) };
      const late = { reorderPerMillion: draw(300_000), corruptPerMillion: 0, extraLatencyUs: 0 };
      return [{ ...base, ...loss, ...late, serversOnly: true } as Fault];
    }
    case 1:
      return Array.from({ length: 2 + draw(6) }, (): Fault => {
        const target = { node: chunkserver(config, draw(64)) };
        return { kind: 'stall', target, when, durationUs: 100_000 + draw(800_000) };
      });
    case 2: {
      // Whoever leads has the plans that the one before made, and knows nothing of their orders.
      const durationUs = 50_000 + draw(1_500_000);
      return [{ kind: 'kill', target: { role: 'leader' }, when, durationUs }];
    }
    case 3: {
      // The target has no room after all, or cannot write: somebody else has to be found.
      const mode = (['full', 'write-error', 'sync-error'] as const)[draw(3)]!;
      const durationUs = 300_000 + draw(2_000_000);
      const all = { perMillion: 1_000_000, file: '', when, durationUs };
      return [{ kind: 'disk', target: { role: '@event' }, mode, ...all }];
    }
    case 4: {
      // Servers hear each other late, and clients write on meanwhile: a chunk may be another by then.
      const none = { lossPerMillion: 0, duplicatePerMillion: 0, reorderPerMillion: 0 };
      const late = { corruptPerMillion: 0, extraLatencyUs: 30_000 + draw(120_000) };
      const durationUs = 500_000 + draw(1_500_000);
      const base = { kind: 'degrade', target: { role: '@event' }, all: true, when, durationUs };
      return [{ ...base, ...none, ...late, serversOnly: true } as Fault];
    }
    default: {
      const event = moments[draw(moments.length)]!;
      const moment = { event, nth: 1 + draw(12), notBeforeUs, afterUs: draw(2) * draw(4_000) };
      const durationUs = 20_000 + draw(600_000);
      return [{ kind: 'kill', target: { role: '@event' }, when: moment, durationUs }];
    }
  }
}

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
    return Array.from({ length: losses }, (_, nth): Fault[] => {
      const atUs = times.stormUs + Math.floor((nth * spanUs) / losses) + draw(300_000);
      const target = { node: chunkserver(config, first + nth) };
      const rot = draw(2) === 0 ? latentDamage(draw, config, atUs) : [];
      return [...rot, ...loss(draw, target, atUs), ...trouble(draw, config, atUs)];
    }).flat();
  },
);

export default scenario({
  summary: 'Chunkservers are lost one after the other while clients write: rebuilds of every code',
  system: storage({
    knobs: {
      'storage.rootClass': {
        kind: 'one of',
        values: ['4+2', '8+4', '8+3', '16+4', 'copies', 'pair'],
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
    'files.names': { kind: 'one of', values: [5, 3] },
    'files.chunks': { kind: 'one of', values: [4, 2] },
    'clients.operations': { kind: 'one of', values: [320, 200] },
  }),
  storm: lost,
  ladder: storageLadder,
  phases,
  requiredProbes: ['a server was lost', 'a fragment was made', 'a fragment is bad'],
});
