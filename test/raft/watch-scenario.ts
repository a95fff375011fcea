import { expect } from 'vitest';
import { prepareRun } from '../../src/run/prepare-run.ts';
import type { Scenario } from '../../src/run/scenario-contract.ts';
import type { WorldControl } from '../../src/sim/world-control.ts';

/** What is done at a mark of the world. */
export type Look = readonly [event: string, look: (world: WorldControl, node: string) => void];

/** Runs a scenario to its end, whatever comes of it, and looks at the world after the marks asked for. */
export function runWatched(
  scenario: Scenario,
  seed: number,
  looks: readonly Look[],
  settings: Readonly<Record<string, number | string | boolean>> = {},
) {
  const run = prepareRun(scenario, { seed, settings }, { stopAtFirst: false });
  for (const [event, look] of looks) {
    run.world.onMark(event, (node) => look(run.world, run.world.nodeId(node)));
  }
  for (let slice = 0; !run.done; slice++) {
    run.advance(10_000);
    expect(slice).toBeLessThan(100);
  }
  return run.finish();
}

/** The same of a scenario that has to hold. */
export function watch(scenario: Scenario, seed: number, looks: readonly Look[]) {
  const { record } = runWatched(scenario, seed, looks);
  expect(record.violation).toBeUndefined();
  expect(record.verdict).toBe('held');
  return record;
}
