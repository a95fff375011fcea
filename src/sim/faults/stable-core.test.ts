import { describe, expect, test } from 'vitest';
import type { Fault } from '../fault-plan.ts';
import type { World } from '../world.ts';
import { OpenBudget } from './budget.ts';
import { createNemesis } from './nemesis.ts';
import { StableCoreTracker } from './stable-core.ts';
import { testWorld } from './test-cluster.ts';

const ms = 1_000;

function tracked(servers: number, plan: readonly Fault[] = []) {
  const tracker: { core?: StableCoreTracker } = {};
  const look = (): void => tracker.core?.update();
  const { world } = testWorld(servers, { observer: { afterStep: look, lifecycle: look } });
  createNemesis(world, { budget: new OpenBudget() }).begin(plan);
  world.begin();
  const core = new StableCoreTracker(world);
  tracker.core = core;
  return { world, core };
}

function cut(world: World, a: number, b: number, by: 1 | -1 = 1): void {
  world.link(a, b).cut += by;
  world.linksChanged();
}

describe('a stable core', () => {
  test('is everybody while all is well', () => {
    const { world, core } = tracked(3);
    world.runUntil(100 * ms);
    expect([core.sinceUs, core.ageUs, core.members()]).toEqual([0, 100 * ms, [0, 1, 2]]);
  });

  test('keeps its age when it loses a node that it did not need', () => {
    const { world, core } = tracked(3);
    world.runUntil(100 * ms);
    world.kill(2);
    world.runUntil(200 * ms);
    expect([core.sinceUs, core.members(), core.has(2)]).toEqual([0, [0, 1], false]);
  });

  test('needs a majority', () => {
    const { world, core } = tracked(4);
    world.runUntil(100 * ms);
    world.kill(0);
    world.kill(1);
    expect([core.sinceUs, core.ageUs, core.members()]).toEqual([-1, -1, []]);
    world.runUntil(200 * ms);
    world.start(0);
    expect([core.sinceUs, core.members()]).toEqual([200 * ms, [0, 2, 3]]);
  });

  test('is a clique: a chain of three has none with all, but the ends have one with the middle', () => {
    const { world, core } = tracked(3);
    world.runUntil(50 * ms);
    cut(world, 0, 2);
    world.runUntil(100 * ms);
    expect(core.members()).toHaveLength(2);
    cut(world, 1, 2);
    world.runUntil(150 * ms);
    expect([core.sinceUs, core.members()]).toEqual([0, [0, 1]]);
    cut(world, 1, 0);
    world.runUntil(200 * ms);
    expect(core.sinceUs).toBe(-1);
    cut(world, 1, 2, -1);
    world.runUntil(250 * ms);
    expect(core.sinceUs).toBeGreaterThanOrEqual(200 * ms);
    expect(core.members()).toEqual([1, 2]);
  });

  test('begins when the last message that was made late is there', () => {
    const { world, core } = tracked(2);
    world.runUntil(100 * ms);
    const late = (byUs: number): void => {
      world.link(0, 1).extraLatencyUs += byUs;
      world.linksChanged();
    };
    late(500 * ms);
    world.runUntil(200 * ms);
    expect(core.sinceUs).toBe(-1);
    late(-500 * ms);
    world.runUntil(300 * ms);
    // What is sent now still comes behind what was sent before.
    expect(core.sinceUs).toBe(world.linkLateUntilUs(0, 1));
    expect(core.sinceUs).toBeGreaterThan(600 * ms);
    expect(core.sinceUs).toBeLessThan(710 * ms);
    expect(core.ageUs).toBe(0);
    world.runUntil(1_000 * ms);
    expect(core.ageUs).toBe(1_000 * ms - core.sinceUs);
  });

  test('counts degraded links, paused and slow nodes, fast clocks and sick disks out', () => {
    const spoil: readonly ((world: World) => void)[] = [
      (world) => {
        world.link(0, 1).lossPerMillion = 1;
        world.link(0, 2).extraLatencyUs = 1;
        world.linksChanged();
      },
      (world) => world.stall(0),
      (world) => world.suspend(0),
      (world) => world.slow(0, 1),
      (world) => world.driftMonotonicClock(0, 1_000),
      (world) => void world.troubleDisk(0, { mode: 'full', perMillion: 1, file: '' }),
      (world) => void world.flipBit(0, 'log', 0, 0),
    ];
    for (const one of spoil) {
      const { world, core } = tracked(3);
      world.runUntil(100 * ms);
      one(world);
      world.runUntil(150 * ms);
      expect(core.members()).toEqual([1, 2]);
    }
  });

  test('owes nothing to a node that met an I/O error until its next life', () => {
    const plan: Fault[] = [
      {
        kind: 'disk',
        target: { node: 'n3' },
        mode: 'sync-error',
        perMillion: 1_000_000,
        file: '',
        when: { atUs: 100 * ms },
        durationUs: 100 * ms,
      },
    ];
    const { world, core } = tracked(3, plan);
    world.runUntil(400 * ms);
    expect(world.diskHealthy(2)).toBe(true);
    expect(core.has(2)).toBe(false);
    world.kill(2);
    world.start(2);
    world.kill(0);
    expect([core.sinceUs, core.members()]).toEqual([400 * ms, [1, 2]]);
  });

  test('a node that holds again what it promised is in it from then on', () => {
    const { world, core } = tracked(3);
    world.runUntil(100 * ms);
    world.kill(2);
    world.flipBit(0, 'log', 0, 3);
    core.update();
    expect(core.sinceUs).toBe(-1);
    world.runUntil(200 * ms);
    world.flipBit(0, 'log', 0, 3);
    core.update();
    expect([core.sinceUs, core.members()]).toEqual([200 * ms, [0, 1]]);
  });

  test('agrees with a search over all sets of nodes, whatever happens', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { world, core } = tracked(5);
      let random = seed;
      const draw = (size: number): number => {
        random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
        return (random >>> 8) % size;
      };
      for (let at = 1; at <= 60; at++) {
        world.runUntil(at * 10 * ms);
        const [a, b] = [draw(5), draw(5)];
        const what = draw(4);
        if (what === 0) world.kill(a);
        else if (what === 1) world.start(a);
        else {
          world.link(a, b).cut = what === 2 ? 1 : 0;
          world.linksChanged();
        }
        core.update();
        expect(core.sinceUs >= 0).toBe(cliqueExists(world));
        expect(isSoundMajority(world, core.members())).toBe(core.sinceUs >= 0);
      }
    }
  });

  test('is not looked for among too many', () => {
    const { world } = testWorld(13);
    expect(() => new StableCoreTracker(world)).toThrow(RangeError);
  });
});

function cliqueExists(world: World): boolean {
  for (let set = 0; set < 1 << world.serverCount; set++) {
    const members = [...Array(world.serverCount).keys()].filter((node) => set & (1 << node));
    if (isSoundMajority(world, members)) return true;
  }
  return false;
}

function isSoundMajority(world: World, members: readonly number[]): boolean {
  if (members.length * 2 <= world.serverCount) return false;
  return members.every(
    (a) =>
      world.status(a) === 'up' &&
      members.every((b) => a === b || (world.linkOpen(a, b) && world.linkOpen(b, a))),
  );
}

describe('with groups that decide', () => {
  test('it holds a majority of each, and nobody else', () => {
    const { world, core } = tracked(5);
    world.runUntil(100 * ms);
    core.decidedBy([
      [0, 1, 2],
      [2, 3],
    ]);
    expect(core.members()).toEqual([0, 1, 2, 3]);
    world.kill(3);
    core.update();
    expect(core.sinceUs).toBe(-1);
    core.decidedBy([[0, 1, 2]]);
    world.kill(0);
    core.update();
    expect(core.members()).toEqual([1, 2]);
  });

  test('it is no older than they are', () => {
    const { world, core } = tracked(3);
    world.runUntil(100 * ms);
    core.decidedBy([[0, 1]]);
    world.runUntil(150 * ms);
    core.decidedBy([[0, 1]]);
    expect([core.sinceUs, core.ageUs]).toEqual([100 * ms, 50 * ms]);
  });
});
