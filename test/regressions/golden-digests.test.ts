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
        "raftClocks 1": "44bf84b80b73fc62",
        "raftClocks 2": "5f5e17f2759cb896",
        "raftClocks 3": "f5a915a5c29afcb1",
        "raftDisk 1": "fad9b8a801679456",
        "raftDisk 2": "3753b3df40104109",
        "raftDisk 3": "8754ec975df1dc56",
        "raftPartitions 1": "fed868171c7948a4",
        "raftPartitions 2": "b4d316611c79ae5d",
        "raftPartitions 3": "177f3124d2431ce7",
        "raftStorm 1": "bb3e4f18cb248b6c",
        "raftStorm 2": "dc1250a36df0c965",
        "raftStorm 3": "efab7da270f350f1",
      }
    `);
  });
});
