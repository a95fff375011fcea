import { expect, it } from 'vitest';
import { steadyLoad } from '../../../bench/scenarios.ts';
import { Driver } from '../../../test/watch/drive.ts';
import type { World } from '../../sim/world.ts';
import { Chronicle } from './chronicle.ts';

it('remembers a bounded part of a run, whatever its length', () => {
  const world = { steps: 0, timeUs: 0, serverCount: 1, nodeId: () => 'n1' };
  const chronicle = new Chronicle(() => world as unknown as World, 1_000_000);
  for (let step = 1; step <= 200_000; step++) {
    world.steps = step;
    world.timeUs = step * 5;
    chronicle.lifecycle(0, step % 2 === 0 ? 'killed' : 'started');
  }
  expect(chronicle.momentCount).toBe(200_000);
  expect(chronicle.moments.length).toBeLessThanOrEqual(20_000);
  expect(chronicle.outside.length).toBeLessThanOrEqual(2_048);
  expect(chronicle.outside.at(-1)?.step).toBe(200_000);
  // What is thinned out is thinned out evenly: the beginning is still known.
  expect(chronicle.moments[0]?.step).toBeLessThan(1_000);
});

it('sends snapshots that do not grow, and keeps few runs', () => {
  const driver = new Driver(steadyLoad(2_000, 20_000), { seed: 1, settings: { nodes: 5 } });
  const sizes: number[] = [];
  for (let step = 20_000; step <= 120_000; step += 20_000) {
    sizes.push(JSON.stringify(driver.do({ kind: 'seek', to: { step } })).length);
  }
  expect(driver.now.status.step).toBe(120_000);
  expect(Math.max(...sizes)).toBeLessThan(1.3 * sizes[0]!);
  driver.rest();
  expect(driver.session.keptRuns).toBeLessThanOrEqual(10);
}, 120_000);
