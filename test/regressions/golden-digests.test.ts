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
        "raftClocks 1": "7ab89b78f49c4ed5",
        "raftClocks 2": "64dd92cad5403a71",
        "raftClocks 3": "89df7e740339d81d",
        "raftDisk 1": "3b735687ddf936de",
        "raftDisk 2": "2c0176a7dd6ba627",
        "raftDisk 3": "1dfa41f5cf3afb6f",
        "raftPartitions 1": "44816e26ad987dc8",
        "raftPartitions 2": "82dfc3551974a7fa",
        "raftPartitions 3": "49992009d51bfc6c",
        "raftStorm 1": "94962b7496043e30",
        "raftStorm 2": "abd995ee2aa7fc8d",
        "raftStorm 3": "0bdac8cbe8801e9a",
      }
    `);
  });
});
