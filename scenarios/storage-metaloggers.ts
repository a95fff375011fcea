import { storageLadder } from '../invariants/storage/ladder.ts';
import { type Config, type Fault, scenario } from '../src/index.ts';
import { storage } from '../src/systems/storage/storage.ts';
import { topologyOf } from '../src/systems/storage/topology.ts';
import { always, weather, within } from './common/weather.ts';
import { phases, storageClients } from './storage/setting.ts';

const families = ['disk', 'kill', 'power-loss', 'stall'] as const;
const modes = ['write-error', 'sync-error', 'full', 'read-error', 'stall'] as const;

/** Name of the n-th metalogger, wrapping. */
function metalogger(config: Config, nth: number): string {
  const { masters, metaloggers } = topologyOf(config);
  return `n${masters + (nth % metaloggers) + 1}`;
}

/** Disks of metaloggers refuse now and then what is written, and their machines go down. */
const refused = weather(
  'changelogs are refused',
  'noticeable damage',
  families,
  (draw, times, config) =>
    Array.from({ length: 10 + draw(14) }, (): Fault[] => {
      const target = { node: metalogger(config, draw(64)) };
      const atUs = within(draw, times);
      const base = { target, when: { atUs } };
      switch (draw(9)) {
        case 0:
          return [{ kind: 'kill', ...base, durationUs: 20_000 + draw(600_000) }];
        case 1:
          return [{ kind: 'power-loss', ...base, durationUs: 20_000 + draw(600_000) }];
        case 2:
          return [{ kind: 'stall', ...base, durationUs: 50_000 + draw(800_000) }];
        case 3: {
          // The cache has what no sync could make durable, and a new life finds it there.
          const lastsUs = 100_000 + draw(500_000);
          const unsynced = { kind: 'disk', mode: 'sync-error', perMillion: 1_000_000 } as const;
          const when = { atUs: atUs + Math.floor(lastsUs / 2) + draw(lastsUs) };
          return [
            { ...unsynced, ...base, file: 'metalogger/', durationUs: lastsUs },
            { kind: 'kill', target, when, durationUs: 20_000 + draw(100_000) },
          ];
        }
        default: {
          const mode = modes[draw(modes.length)]!;
          const perMillion = [100_000, 400_000, 1_000_000][draw(3)]!;
          const durationUs = 50_000 + draw(900_000);
          // The log of the group lies on the same disk: that is for storms about masters.
          return [{ kind: 'disk', ...base, mode, perMillion, file: 'metalogger/', durationUs }];
        }
      }
    }).flat(),
);

export default scenario({
  summary:
    'Metaloggers whose disks refuse what is written, and who go down: the second log is true',
  system: storage({
    knobs: { nodes: always(14), 'storage.metaloggers': { kind: 'one of', values: [2, 1] } },
  }),
  clients: storageClients({
    'clients.operations': { kind: 'one of', values: [320, 200] },
    'files.chunks': { kind: 'one of', values: [1, 2] },
  }),
  storm: refused,
  ladder: storageLadder,
  phases,
  requiredProbes: ['a changelog write failed', 'a metalogger saved its tables'],
});
