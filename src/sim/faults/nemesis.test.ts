import { describe, expect, test } from 'vitest';
import type { Fault, Target, When } from '../fault-plan.ts';
import type { World } from '../world.ts';
import { OpenBudget } from './budget.ts';
import { linksAreCalm } from './families/partition.ts';
import { createNemesis, rolePatienceUs } from './nemesis.ts';
import { type Reigns, testWorld } from './test-cluster.ts';

const ms = 1_000;
const leader = { role: 'leader' } as const;

function storm(plan: readonly Fault[], servers = 3, reigns: Reigns = { n1: [0, 10_000 * ms] }) {
  const { world, events } = testWorld(servers, { clients: 2, reigns });
  const nemesis = createNemesis(world, { budget: new OpenBudget() });
  nemesis.begin(plan);
  world.begin();
  const texts = () => events.map((event) => `${event.timeUs / ms} ${event.phase} ${event.text}`);
  return { world, nemesis, events, texts };
}

function openLinks(world: World): string {
  let rows = '';
  for (let from = 0; from < world.nodeCount; from++) {
    for (let to = 0; to < world.nodeCount; to++) rows += world.linkOpen(from, to) ? '1' : '0';
    rows += ' ';
  }
  return rows.trim();
}

const isolation: Fault = {
  kind: 'partition',
  shape: 'isolate',
  target: leader,
  direction: 'both',
  flapUs: 0,
  arrangement: 4,
  when: { atUs: 100 * ms },
  durationUs: 300 * ms,
};

describe('faults', () => {
  test('a kill strikes at its time and the node starts again after its duration', () => {
    const kill: Fault = {
      kind: 'kill',
      target: { node: 'n2' },
      when: { atUs: 50 * ms },
      durationUs: 30 * ms,
    };
    const { world, nemesis, texts } = storm([kill]);
    world.runUntil(49_999);
    expect(world.status(1)).toBe('up');
    world.runUntil(50_000);
    expect(world.status(1)).toBe('down');
    world.runUntil(80_000);
    expect([world.status(1), world.incarnation(1)]).toEqual(['up', 2]);
    expect(nemesis.tally).toEqual([{ begun: 1, refused: 0 }]);
    expect(texts()).toEqual(['50 begin n2 (follower) is killed', '80 end n2 may start again']);
  });

  test('a node that two faults keep down starts when the longer one is over', () => {
    const down = (kind: 'kill' | 'power-loss', atUs: number, durationUs: number): Fault => ({
      kind,
      target: { node: 'n1' },
      when: { atUs },
      durationUs,
    });
    const { world } = storm([
      down('kill', 50 * ms, 100 * ms),
      down('power-loss', 80 * ms, 200 * ms),
    ]);
    world.runUntil(279_999);
    expect(world.status(0)).toBe('down');
    world.runUntil(280_000);
    expect([world.status(0), world.incarnation(0)]).toEqual(['up', 2]);
  });

  test('of a whole cluster that went down a bare majority may come back first', () => {
    const arrangements = [1, 2, 3, 4, 5, 6, 7, 8];
    const seen = new Set<string>();
    for (const arrangement of arrangements) {
      const fault: Fault = {
        kind: 'whole-cluster',
        powerLoss: true,
        majority: { afterUs: 20 * ms, arrangement },
        when: { atUs: 50 * ms },
        durationUs: 100 * ms,
      };
      const { world } = storm([fault], 5);
      const up = () => [0, 1, 2, 3, 4].filter((node) => world.status(node) === 'up');
      world.runUntil(69_999);
      expect(up()).toEqual([]);
      world.runUntil(70_000);
      expect(up()).toHaveLength(3);
      seen.add(up().join());
      world.runUntil(150_000);
      expect(up()).toHaveLength(5);
    }
    expect(seen.size).toBeGreaterThan(3);
  });

  test('an outage that takes the switches down ends what was wrong with links', () => {
    const outage = (linksToo: boolean): Fault => ({
      kind: 'whole-cluster',
      powerLoss: true,
      linksToo,
      when: { atUs: 150 * ms },
      durationUs: 20 * ms,
    });
    for (const linksToo of [true, false]) {
      const { world, texts } = storm([isolation, outage(linksToo)]);
      world.runUntil(140_000);
      expect(openLinks(world)).toContain('0');
      world.runUntil(180_000);
      expect(openLinks(world).includes('0')).toBe(!linksToo);
      world.runUntil(500_000);
      expect(linksAreCalm(world)).toBe(true);
      expect(texts().filter((text) => text.includes('partition is over'))).toHaveLength(1);
    }
  });

  test('a cut loses what is under way, or spares it', () => {
    const clog: Fault = {
      kind: 'clog',
      target: { node: 'n1' },
      direction: 'outbound',
      when: { atUs: 100 * ms },
      durationUs: 100 * ms,
    };
    const heardAfterwards = [false, true].map((sparesUnderWay) => {
      const cut: Fault = { ...isolation, when: { atUs: 180 * ms }, sparesUnderWay };
      const { world } = storm([clog, cut]);
      const heard = () =>
        (world.state(1) as { heard: Map<string, number> }).heard.get('n1') as number;
      world.runUntil(200 * ms - 1);
      expect(world.linkOpen(0, 1)).toBe(false);
      const before = heard();
      world.runUntil(300 * ms);
      expect(world.linkFair(0, 1)).toBe(false);
      return heard() > before;
    });
    expect(heardAfterwards).toEqual([false, true]);
  });

  test('links get worse in one direction, or in both', () => {
    const degrade = (direction?: 'both' | 'inbound' | 'outbound'): Fault => ({
      kind: 'degrade',
      target: { node: 'n1' },
      all: false,
      lossPerMillion: 0,
      duplicatePerMillion: 0,
      reorderPerMillion: 0,
      corruptPerMillion: 0,
      extraLatencyUs: 30 * ms,
      when: { atUs: 100 * ms },
      durationUs: 100 * ms,
      ...(direction === undefined ? {} : { direction }),
    });
    const fair = (fault: Fault) => {
      const { world } = storm([fault]);
      world.runUntil(150 * ms);
      const seen = [world.linkFair(1, 0), world.linkFair(0, 1), world.linkFair(1, 2)];
      world.runUntil(250 * ms);
      expect(linksAreCalm(world)).toBe(true);
      return seen;
    };
    expect(fair(degrade('inbound'))).toEqual([false, true, true]);
    expect(fair(degrade('outbound'))).toEqual([true, false, true]);
    expect(fair(degrade())).toEqual([false, false, true]);
  });

  test('overlapping partitions undo each other link by link', () => {
    const later: Fault = { ...isolation, shape: 'halves', when: { atUs: 200 * ms } };
    const { world } = storm([isolation, later], 5);
    world.runUntil(150_000);
    const first = openLinks(world);
    expect(first).toContain('0');
    world.runUntil(250_000);
    world.runUntil(450_000);
    expect(world.linkOpen(0, 1)).toBe(world.linkOpen(1, 0));
    world.runUntil(500_000);
    expect(openLinks(world)).not.toContain('0');
  });

  test('one-way partitions cut one way', () => {
    const { world } = storm([{ ...isolation, direction: 'inbound' }]);
    world.runUntil(150_000);
    expect([world.linkOpen(0, 1), world.linkOpen(1, 0)]).toEqual([true, false]);
  });

  test('each client stands on the side of the target, on the other, or reaches both', () => {
    const seen = new Set<string>();
    for (let arrangement = 0; arrangement < 20; arrangement++) {
      const { world } = storm([{ ...isolation, arrangement }]);
      world.runUntil(150_000);
      seen.add(`${world.linkOpen(0, 3)} ${world.linkOpen(1, 3)}`);
    }
    expect([...seen].sort()).toEqual(['false true', 'true false', 'true true']);
  });

  test('a ring leaves each node a majority, no two the same one', () => {
    for (const servers of [4, 5, 6, 7]) {
      const { world } = storm([{ ...isolation, shape: 'ring' }], servers);
      world.runUntil(150_000);
      const reached = Array.from({ length: servers }, (_, from) =>
        Array.from({ length: servers }, (_, to) =>
          from === to || world.linkOpen(from, to) ? to : '',
        ).join(''),
      );
      expect(new Set(reached).size).toBe(servers);
      for (const row of reached) expect(row.length * 2).toBeGreaterThan(servers);
    }
  });

  test('a shattered cluster has no majority anywhere, and clients reach all of it', () => {
    const { world } = storm([{ ...isolation, shape: 'shatter' }], 5);
    world.runUntil(150_000);
    for (let from = 0; from < 5; from++) {
      for (let to = 0; to < 7; to++) expect(world.linkOpen(from, to)).toBe(to > 4 || from === to);
    }
    world.runUntil(450_000);
    expect(linksAreCalm(world)).toBe(true);
  });

  test('a server is cut off from its own kind, or from the others, and clients reach it', () => {
    const alone = storm([{ ...isolation, shape: 'own-kind' }], 5).world;
    alone.runUntil(150_000);
    for (let to = 1; to < 5; to++) expect(alone.linkOpen(0, to)).toBe(false);
    for (let to = 5; to < 7; to++) expect(alone.linkOpen(0, to)).toBe(true);
    expect(alone.linkOpen(1, 2)).toBe(true);
    alone.runUntil(450_000);
    expect(linksAreCalm(alone)).toBe(true);
    // All are of one kind here: there is nobody to be cut off from.
    const whole = storm([{ ...isolation, shape: 'other-kinds' }], 5).world;
    whole.runUntil(150_000);
    expect(linksAreCalm(whole)).toBe(true);
  });

  test('a flapping partition comes and goes and is gone at its end', () => {
    const { world } = storm([{ ...isolation, flapUs: 40 * ms }]);
    const open: boolean[] = [];
    for (let at = 110; at < 190; at += 20) {
      world.runUntil(at * ms);
      open.push(world.linkOpen(0, 1));
    }
    expect(open).toEqual([false, true, false, true]);
    world.runUntil(400 * ms);
    expect(linksAreCalm(world)).toBe(true);
  });

  test('a restart loop kills again and again, and ends with the node up', () => {
    const loop: Fault = {
      kind: 'restart-loop',
      target: { node: 'n3' },
      upUs: 30 * ms,
      powerLoss: true,
      when: { atUs: 100 * ms },
      durationUs: 200 * ms,
    };
    const { world } = storm([loop]);
    world.runUntil(1_000 * ms);
    expect([world.status(2), world.incarnation(2)]).toEqual(['up', 5]);
  });

  test('messages that a clog held arrive at its end', () => {
    const clog: Fault = {
      kind: 'clog',
      target: { node: 'n1' },
      direction: 'outbound',
      when: { atUs: 100 * ms },
      durationUs: 200 * ms,
    };
    const { world } = storm([clog]);
    world.runUntil(300 * ms - 1);
    const heard = () => (world.state(1) as { heard: Map<string, number> }).heard;
    const clogged = heard().get('n1');
    world.runUntil(305 * ms);
    expect(heard().get('n1')).toBeGreaterThan(clogged as number);
  });
});

describe('moments', () => {
  const killAt = (when: When, target: Target): Fault => ({
    kind: 'kill',
    target,
    when,
    durationUs: 10 * ms,
  });

  test('the n-th event of the node that has the role, counted from its win', () => {
    const when: When = { event: 'sync', of: leader, nth: 3, since: 'role:leader', afterUs: 0 };
    const { world, events } = storm([killAt(when, { role: '@event' })], 3, {
      n2: [200 * ms, 900 * ms],
    });
    let syncs = 0;
    world.onMark('sync', (node) => {
      if (node === 1 && world.timeUs > 201 * ms && events.length === 0) syncs++;
    });
    world.runUntil(500 * ms);
    expect(events[0]).toMatchObject({ phase: 'begin', nodes: [1] });
    expect(syncs).toBe(3);
  });

  test('the node that a fault struck last, and none before the first', () => {
    const struck = { role: '@struck' };
    const { world, events } = storm([
      killAt({ atUs: 100 * ms }, struck),
      killAt({ atUs: 200 * ms }, { node: 'n3' }),
      killAt({ atUs: 300 * ms }, struck),
    ]);
    world.runUntil(500 * ms);
    const begun = events.filter(({ phase }) => phase === 'begin');
    expect(begun.map(({ nodes }) => nodes)).toEqual([[2], [2]]);
  });

  test('a while after another fault, at the node that it struck', () => {
    const kill: Fault = {
      kind: 'kill',
      target: { node: 'n2' },
      when: { atUs: 50 * ms },
      durationUs: 30 * ms,
    };
    const wipe: Fault = {
      kind: 'wipe',
      target: { role: '@event' },
      when: { event: 'fault', nth: 1, afterUs: 5 * ms },
      durationUs: 10 * ms,
    };
    const { world, texts } = storm([wipe, kill]);
    world.runUntil(60_000);
    expect(texts()).toEqual(['50 begin n2 (follower) is killed', '55 begin n2 loses its disk']);
  });

  test('nothing is counted before `notBeforeUs`', () => {
    const when: When = { event: 'sync', nth: 1, notBeforeUs: 300 * ms, afterUs: 5 * ms };
    const { world, events } = storm([killAt(when, { role: '@event' })]);
    world.runUntil(500 * ms);
    expect(events[0]!.timeUs).toBeGreaterThanOrEqual(305 * ms);
  });

  test('a crash inside start-up: before the first read of the new life has ended', () => {
    const { world, events } = storm([
      killAt({ atUs: 100 * ms }, { node: 'n2' }),
      killAt({ event: 'start', nth: 1, notBeforeUs: 100 * ms, afterUs: 0 }, { role: '@event' }),
    ]);
    const starts: number[] = [];
    world.onMark('read', (node) => {
      if (node === 1) starts.push(world.incarnation(1));
    });
    world.runUntil(300 * ms);
    expect(events.filter((event) => event.phase === 'begin')).toHaveLength(2);
    expect(starts).toEqual([1, 3]);
  });

  test('a target by role waits for the next node that takes the role', () => {
    const { world, events } = storm([isolation], 3, { n3: [400 * ms, 900 * ms] });
    world.runUntil(800 * ms);
    expect(events[0]).toMatchObject({ timeUs: 400 * ms, phase: 'begin' });
    expect(events[0]!.nodes[0]).toBe(2);
  });

  test('but not for ever', () => {
    const won = 100 * ms + rolePatienceUs + ms;
    const { world, events } = storm([isolation], 3, { n3: [won, won + 900 * ms] });
    world.runUntil(won + 500 * ms);
    expect(events).toEqual([]);
  });

  test('of several with the role the latest is meant', () => {
    const reigns = { n1: [50 * ms, 900 * ms], n2: [20 * ms, 900 * ms] } as const;
    const { world, events } = storm([isolation], 3, reigns);
    world.runUntil(200 * ms);
    expect(events[0]!.nodes[0]).toBe(0);
  });

  test('nothing begins after healing', () => {
    const { world, nemesis, events } = storm([
      killAt({ atUs: 100 * ms }, { node: 'n1' }),
      killAt({ event: 'sync', nth: 40, afterUs: 0 }, { role: '@event' }),
    ]);
    world.runUntil(90 * ms);
    nemesis.heal();
    world.runUntil(2_000 * ms);
    expect(events).toEqual([]);
  });
});
