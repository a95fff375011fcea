import { expect, test } from 'vitest';
import type { RaftCore } from '../src/systems/raft/raft-core.ts';
import { watch } from '../test/raft/watch-scenario.ts';
import appendRace from './raft-append-race.ts';

const seeds = Array.from({ length: 12 }, (_, at) => at + 1);

test('an append race: entries are replaced while they are written, and come back', () => {
  const reached = seeds.filter((seed) => {
    const wasWriting: boolean[] = [];
    watch(appendRace, seed, [
      [
        'probe:uncommitted tail truncated',
        (world, node) => {
          const { core } = world.state(world.nodeIndex(node)) as { core: RaftCore };
          if (node === 'n5') wasWriting.push(core.write.active);
        },
      ],
    ]);
    return wasWriting[0] === true && wasWriting.length >= 2;
  });
  expect(reached.length).toBeGreaterThan(seeds.length / 2);
});
