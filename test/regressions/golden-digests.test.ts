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
        "raftClocks 1": "8d3e41f52fd0c913",
        "raftClocks 2": "64dd92cad5403a71",
        "raftClocks 3": "51546a4426662814",
        "raftDisk 1": "7da39e79bb5ba98a",
        "raftDisk 2": "c30b175d926ca486",
        "raftDisk 3": "5223b9b50df232b4",
        "raftPartitions 1": "ee7320f369f9c03f",
        "raftPartitions 2": "cdfcbf73bcc74c9c",
        "raftPartitions 3": "f241ca10386e0050",
        "raftStorm 1": "a37171824bf26eae",
        "raftStorm 2": "5c0211dafc82baba",
        "raftStorm 3": "f19f8f38ce77565e",
      }
    `);
  });
});
