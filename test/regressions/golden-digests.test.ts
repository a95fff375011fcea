import { describe, expect, it } from 'vitest';
import raftClocks from '../../scenarios/raft-clocks.ts';
import raftDisk from '../../scenarios/raft-disk.ts';
import raftPartitions from '../../scenarios/raft-partitions.ts';
import raftStorm from '../../scenarios/raft-storm.ts';
import { run } from '../../src/index.ts';

const scenarios = { raftStorm, raftDisk, raftClocks, raftPartitions };

/**
 * What fixed seeds have always done. A change here says that behaviour has changed: of the world,
 * of Raft, of the workload or of a storm. When that is meant, `npx vitest run golden-digests --update`
 * writes the new digests, and the commit says why.
 */
describe('golden digests', () => {
  it('are what they were', async () => {
    const digests: Record<string, string> = {};
    for (const [name, scenario] of Object.entries(scenarios)) {
      for (const seed of [1, 2, 3]) {
        digests[`${name} ${seed}`] = (await run(scenario, { seed, ladder: false })).digest;
      }
    }
    expect(digests).toMatchInlineSnapshot(`
      {
        "raftClocks 1": "0d49d1969176ba71",
        "raftClocks 2": "072f1df0174b258a",
        "raftClocks 3": "10839a078922bf15",
        "raftDisk 1": "138abc7bc7a6f2b8",
        "raftDisk 2": "46118da76f22ff68",
        "raftDisk 3": "cfc471e95ae62857",
        "raftPartitions 1": "b4eb0b8bbcd3d632",
        "raftPartitions 2": "bcaf7b019d2d0973",
        "raftPartitions 3": "735407862fe8ab29",
        "raftStorm 1": "b8f06a6edbc10339",
        "raftStorm 2": "68dd72ae1c55b38f",
        "raftStorm 3": "3d5ba2d83c3d6bf8",
      }
    `);
  });
});
