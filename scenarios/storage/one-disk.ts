import { storageLadder } from '../../invariants/storage/ladder.ts';
import { type Config, type Fault, type Scenario, scenario } from '../../src/index.ts';
import { storage } from '../../src/systems/storage/storage.ts';
import { always, weather, within } from '../common/weather.ts';
import { phases, storageClients } from './setting.ts';
import { chunkserver } from './weather.ts';

/** Makes the faults of one time out of a number drawn for them. */
type Make = (node: string, atUs: number, drawn: number) => readonly Fault[];

/**
 * The disk of one chunkserver does wrong and no other: whatever a chunk has elsewhere is sound, so all
 * that readers are owed without any damage is owed here, though no budget allows the silent faults.
 */
export function oneDisk(
  name: string,
  families: readonly Fault['kind'][],
  count: number,
  make: Make,
): Scenario {
  const wrong = weather(name, 'no damage', families, (draw, times, config: Config) => {
    const node = chunkserver(config, draw(64));
    return Array.from({ length: count }, () =>
      make(node, within(draw, times), draw(1_000_000)),
    ).flat();
  });
  return scenario({
    summary: `The disk of one chunkserver, and no other, does wrong: ${name}`,
    system: storage({
      knobs: {
        nodes: always(14),
        'storage.rootClass': { kind: 'one of', values: ['copies', '4+2'] },
        'storage.scrubCycleUs': always(1_500_000),
      },
    }),
    clients: storageClients({
      'clients.operations': always(320),
      'clients.shape': always('steady'),
      'files.hotPercent': { kind: 'one of', values: [80, 30] },
      'files.syncs': always(true),
    }),
    storm: { ...wrong, withinTolerance: false },
    ladder: storageLadder,
    phases,
  });
}

/**
 * Now and then, for a while, a share of the writes to the files of fragments goes wrong. What a disk
 * has in its cache it still reads from there: only a loss of power brings to light what it has.
 */
export function wrongWrites(mode: 'phantom-write' | 'misdirected-write', name: string): Scenario {
  return oneDisk(name, ['disk', 'power-loss'], 10, (node, atUs, drawn) => [
    {
      kind: 'disk',
      mode,
      target: { node },
      perMillion: 400_000,
      file: '.data',
      when: { atUs },
      durationUs: 600_000,
    },
    {
      kind: 'power-loss',
      target: { node },
      when: { atUs: atUs + 300_000 + (drawn % 600_000) },
      durationUs: 20_000 + (drawn % 60_000),
    },
  ]);
}
