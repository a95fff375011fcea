import { expect, it } from 'vitest';
import { steadyLoad } from '../../bench/scenarios.ts';
import { prepareRun } from '../../src/run/prepare-run.ts';

// An audit once took a base that was compacted long ago for a difference (step 70,000 of this run).
it('goes on when what the first snapshots covered is forgotten', () => {
  const run = prepareRun(steadyLoad(2_000, 20_000), { seed: 1, settings: { nodes: 5 } });
  run.advance(100_000);
  expect(run.done).toBe(false);
  expect(run.world.steps).toBe(100_000);
}, 120_000);
