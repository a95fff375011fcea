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
        "raftClocks 1": "f65b008a84733314",
        "raftClocks 2": "8a9a27bfa58bd198",
        "raftClocks 3": "134061fa474ab645",
        "raftDisk 1": "8ba64986978caa6c",
        "raftDisk 2": "898fde8b42dc9a24",
        "raftDisk 3": "b14002ef11899d59",
        "raftPartitions 1": "40f80d251870e4dc",
        "raftPartitions 2": "2e313acc4dd035bf",
        "raftPartitions 3": "e52213dfba0eff3c",
        "raftStorm 1": "dbb8099683ba1875",
        "raftStorm 2": "78477f42cff7be69",
        "raftStorm 3": "347973b8ff8cd688",
      }
    `);
  });
});
