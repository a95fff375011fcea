import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OpenBudget, ToleranceBudget } from '../../sim/faults/budget.ts';
import { linksAreCalm } from '../../sim/faults/families/partition.ts';
import { createNemesis } from '../../sim/faults/nemesis.ts';
import { pingerSystem, testWorld } from '../../sim/faults/test-cluster.ts';
import type { Config, PhaseTimes, Setting } from '../../sim/system-definition.ts';
import type { StormDefinition } from '../storm-definition.ts';
import { familyArbitraries } from './fault-arbitraries.ts';
import { familyKnob, planArbitrary } from './plan-arbitrary.ts';
import {
  beyondTolerance,
  calm,
  clocks,
  crashes,
  disks,
  everything,
  partitions,
  rot,
} from './storms.ts';

const second = 1_000_000;
const phases: PhaseTimes = { stormUs: second, healUs: 4 * second, endUs: 5 * second };

/** Every knob at its last value: all families on. */
function allOn(storm: StormDefinition): Config {
  const config: Record<string, Setting> = {};
  for (const [path, domain] of Object.entries(storm.knobs)) {
    config[path] = domain.kind === 'one of' ? domain.values.at(-1)! : domain.high;
  }
  return config;
}

const words = {
  role: 'leader',
  roles: ['follower'],
  messages: ['ping'],
  probes: [],
};
const reigns = { n1: [0, 1_800_000], n2: [1_500_000, 9_000_000] } as const;

function withWords(storm: (options: { words: typeof words }) => StormDefinition): StormDefinition {
  return storm({ words });
}

describe('plans', () => {
  const storm = everything();

  test('are the same for the same inputs, and others for other seeds', () => {
    const config = allOn(storm);
    const plans = new Set<string>();
    for (let seed = 1; seed <= 50; seed++) {
      const plan = JSON.stringify(storm.drawPlan(config, seed, phases));
      expect(JSON.stringify(storm.drawPlan(config, seed, phases))).toBe(plan);
      plans.add(plan);
    }
    expect(plans.size).toBe(50);
    expect(storm.drawPlan(config, 2 ** 32 + 1, phases)).not.toEqual(
      storm.drawPlan(config, 1, phases),
    );
  });

  test('are plain data of the drawn number of faults, from the drawn families', () => {
    const config = { ...allOn(storm), 'storm.faults': 5, [familyKnob('kill')]: false };
    for (let seed = 1; seed <= 100; seed++) {
      const plan = storm.drawPlan(config, seed, phases);
      expect(plan).toHaveLength(5);
      expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      expect(plan.some((fault) => fault.kind === 'kill')).toBe(false);
    }
  });

  test('begin within the storm, half by time and half by meaning', () => {
    let byTime = 0;
    let faults = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const plan = storm.drawPlan({ ...allOn(storm), 'storm.byMeaningPercent': 50 }, seed, phases);
      for (const { when } of plan) {
        faults++;
        if ('atUs' in when) byTime++;
        const fromUs = 'atUs' in when ? when.atUs : when.notBeforeUs!;
        expect(fromUs).toBeGreaterThanOrEqual(phases.stormUs);
        expect(fromUs).toBeLessThan(phases.healUs);
      }
    }
    expect(byTime / faults).toBeGreaterThan(0.45);
    expect(byTime / faults).toBeLessThan(0.55);
  });

  test('draw every family of every storm', () => {
    for (const make of [everything, partitions, crashes, clocks, disks, rot, beyondTolerance]) {
      const one = make();
      const seen = new Set<string>();
      for (let seed = 1; seed <= 300; seed++) {
        for (const fault of one.drawPlan(allOn(one), seed, phases)) {
          seen.add(fault.kind === 'disk' ? `disk/${fault.mode}` : fault.kind);
        }
      }
      if ('clock-drift' in one.families && allOn(one)['clock.driftPpm'] === undefined) continue;
      expect([...seen].sort()).toEqual(Object.keys(one.families).sort());
    }
  });

  test('can be shrunk after they were read from a file', () => {
    const config = allOn(storm);
    const ingredients = { words, families: storm.families };
    const arbitrary = planArbitrary(ingredients, config, phases);
    for (let seed = 1; seed <= 100; seed++) {
      const plan = withWords(everything).drawPlan(config, seed, phases);
      const read = JSON.parse(JSON.stringify(plan));
      expect(arbitrary.canShrinkWithoutContext(read)).toBe(true);
      const smaller = [...arbitrary.shrink(read, undefined)].slice(0, 200).map((one) => one.value);
      expect(smaller.length).toBeGreaterThan(3);
      expect(smaller.some((one) => one.length < read.length)).toBe(true);
    }
  });

  test('leave drift out when none is declared', () => {
    expect(
      familyArbitraries['clock-drift'](
        {
          when: fc.constant({ atUs: 0 }),
          turn: fc.constant({ atUs: 0 }),
          target: fc.constant({ role: 'leader' }),
        },
        { 'clock.driftPpm': 0 },
      ),
    ).toBeUndefined();
  });

  test('of a calm storm are empty', () => {
    expect(calm().drawPlan({}, 1, phases)).toEqual([]);
  });
});

describe('after healing', () => {
  const storms = [everything, beyondTolerance].map(withWords);

  test.each(storms)('every trouble of a random plan is gone: $name', (storm) => {
    for (let seed = 1; seed <= 60; seed++) {
      const { world } = testWorld(5, { clients: 2, reigns, seed });
      const budget = storm.withinTolerance
        ? new ToleranceBudget(world, { system: pingerSystem, driftBoundPpm: 20_000 })
        : new OpenBudget();
      const nemesis = createNemesis(world, { budget });
      nemesis.begin(storm.drawPlan(allOn(storm), seed, phases));
      world.begin();
      // Healing in the middle finds faults in force; healing at the end finds overlaps undone.
      world.runUntil(seed % 2 === 0 ? 2_500_000 : phases.healUs);
      nemesis.heal();
      world.runUntil(world.timeUs + second);
      expect(linksAreCalm(world)).toBe(true);
      for (let node = 0; node < world.serverCount; node++) {
        expect(world.status(node)).toBe('up');
        expect(world.diskHealthy(node)).toBe(true);
        expect(world.clockWithinBounds(node)).toBe(true);
        const wallUs = world.wallUs(node);
        const beats = (world.state(node) as { heard: Map<string, number> }).heard.size;
        expect(beats).toBe(6);
        world.runUntil(world.timeUs + 1_000);
        expect(world.wallUs(node)).toBeGreaterThan(wallUs);
      }
    }
  });

  test('the budget was never overdrawn', () => {
    const storm = withWords(disks);
    let refused = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const { world } = testWorld(3, { reigns, seed });
      const budget = new ToleranceBudget(world, { system: pingerSystem, driftBoundPpm: 0 });
      const nemesis = createNemesis(world, { budget });
      nemesis.begin(storm.drawPlan(allOn(storm), seed, phases));
      world.begin();
      for (let timeUs = second; timeUs <= phases.healUs; timeUs += 20_000) {
        world.runUntil(timeUs);
        expect(budget.impaired().length).toBeLessThanOrEqual(1);
      }
      for (const { refused: times } of nemesis.tally) refused += times;
    }
    expect(refused).toBeGreaterThan(0);
  });
});
