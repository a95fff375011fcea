import { expect, test } from 'vitest';
import { prepareRun } from '../src/run/prepare-run.ts';
import type { Scenario } from '../src/run/scenario-contract.ts';
import type { WorldControl } from '../src/sim/world-control.ts';
import { damagedTailTimes } from './raft/damaged-tail.ts';
import damagedTail from './raft-damaged-tail.ts';
import staleSnapshot from './raft-stale-snapshot.ts';

const seeds = Array.from({ length: 8 }, (_, at) => at + 1);

/** Runs a scenario to its end, looks at the world at some times, and gives the probes. */
function course(
  scenario: Scenario,
  seed: number,
  looks: readonly (readonly [atUs: number, look: (world: WorldControl) => void])[] = [],
): Readonly<Record<string, number>> {
  const run = prepareRun(scenario, { seed }, { stopAtFirst: false });
  for (const [atUs, look] of looks) run.world.at(atUs, () => look(run.world));
  for (let slice = 0; !run.done; slice++) {
    run.advance(10_000);
    expect(slice).toBeLessThan(100);
  }
  const { record } = run.finish();
  expect([seed, record.violation]).toEqual([seed, undefined]);
  return record.probes;
}

function phaseOf(world: WorldControl, id: string): string {
  return (world.state(world.nodeIndex(id)) as { phase: string }).phase;
}

test('a damaged tail: a node waits for who has what it lost, and takes nobody else at its word', () => {
  let reached = 0;
  for (const seed of seeds) {
    const phases: string[] = [];
    const { n3BackUs, n1BackUs } = damagedTailTimes;
    course(damagedTail, seed, [
      [n1BackUs - 10_000, (world) => phases.push(phaseOf(world, 'n2'), phaseOf(world, 'n3'))],
      [n1BackUs + 900_000, (world) => phases.push(phaseOf(world, 'n2'))],
    ]);
    expect(n3BackUs).toBeLessThan(n1BackUs);
    if (phases.join(' ') === 'repairing running running') reached++;
  }
  // Where the flips fall among the records is drawn with the load.
  expect(reached).toBeGreaterThan(seeds.length / 2);
});

test('a stale snapshot: pieces come late, and change nothing', () => {
  const stale = seeds.filter(
    (seed) => (course(staleSnapshot, seed)['stale snapshot refused'] ?? 0) > 0,
  );
  expect(stale.length).toBeGreaterThan(seeds.length / 2);
});
