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
        "raftClocks 1": "b72afe1b000f13db",
        "raftClocks 2": "313e86e8724f2ded",
        "raftClocks 3": "194a0728bd314613",
        "raftDisk 1": "a2c6e09aec108893",
        "raftDisk 2": "5381daa06835ceb6",
        "raftDisk 3": "a350525056219f6b",
        "raftPartitions 1": "e5e26a472f529194",
        "raftPartitions 2": "e0326b5a6c2d99fe",
        "raftPartitions 3": "14851544f09ae62d",
        "raftStorm 1": "1f87288c995336bf",
        "raftStorm 2": "c23479281995c3fe",
        "raftStorm 3": "64efb84435dc4d2a",
      }
    `);
  });
});
