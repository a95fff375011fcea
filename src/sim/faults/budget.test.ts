import { describe, expect, test } from 'vitest';
import type { DiskFaultMode, Fault } from '../fault-plan.ts';
import { OpenBudget, ToleranceBudget } from './budget.ts';
import { createNemesis } from './nemesis.ts';
import { pingerSystem, testWorld } from './test-cluster.ts';

const ms = 1_000;

function wipe(node: string, atUs: number): Fault {
  return { kind: 'wipe', target: { node }, when: { atUs }, durationUs: 20 * ms };
}

function kill(node: string, atUs: number): Fault {
  return { kind: 'kill', target: { node }, when: { atUs }, durationUs: 20 * ms };
}

function disk(node: string, mode: DiskFaultMode, atUs: number, durationUs: number): Fault {
  return {
    kind: 'disk',
    target: { node },
    mode,
    perMillion: 1_000_000,
    file: '',
    when: { atUs },
    durationUs,
  };
}

function flip(node: string, atUs: number, positionPerMillion: number): Fault {
  return {
    kind: 'bit-flip',
    target: { node },
    file: '',
    positionPerMillion,
    bit: 3,
    when: { atUs },
    durationUs: 0,
  };
}

function withBudget(
  servers: number,
  plan: readonly Fault[],
  system: ConstructorParameters<typeof ToleranceBudget>[1]['system'] = pingerSystem,
) {
  const { world, events } = testWorld(servers);
  const budget = new ToleranceBudget(world, { system, driftBoundPpm: 200 });
  createNemesis(world, { budget }).begin(plan);
  world.begin();
  world.runUntil(1_000 * ms);
  const outcome = events
    .filter((event) => event.phase !== 'end')
    .map((event) => `${world.nodeId(event.nodes[0]!)} ${event.phase}`);
  return { world, budget, events, outcome };
}

describe('the budget within tolerance', () => {
  test('damages a minority of the voters and no more', () => {
    const plan = [wipe('n1', 100 * ms), wipe('n2', 200 * ms), wipe('n3', 300 * ms)];
    expect(withBudget(3, plan).outcome).toEqual(['n1 begin', 'n2 refused', 'n3 refused']);
    expect(withBudget(4, plan).outcome).toEqual(['n1 begin', 'n2 refused', 'n3 refused']);
    expect(withBudget(5, plan).outcome).toEqual(['n1 begin', 'n2 begin', 'n3 refused']);
    expect(withBudget(1, plan.slice(0, 1)).outcome).toEqual(['n1 refused']);
  });

  test('may damage the same node again', () => {
    const plan = [wipe('n1', 100 * ms), wipe('n1', 200 * ms), flip('n1', 300 * ms, 0)];
    expect(withBudget(3, plan).outcome).toEqual(['n1 begin', 'n1 begin', 'n1 begin']);
  });

  test('counts a node that holds again all that it promised as good', () => {
    const { world } = testWorld(3);
    world.begin();
    world.runUntil(200 * ms);
    const budget = new ToleranceBudget(world, { system: pingerSystem, driftBoundPpm: 0 });
    const next = flip('n2', 0, 0);
    world.flipBit(0, 'log', 0, 3);
    expect([budget.impaired(), budget.refusal(next, [1]) === undefined]).toEqual([[0], false]);
    // The same bit once more: as good as a repair.
    world.flipBit(0, 'log', 0, 3);
    expect([budget.impaired(), budget.refusal(next, [1])]).toEqual([[], undefined]);
  });

  test('does not limit how many are damaged where any number may be, and else all the same', () => {
    const { world } = testWorld(3);
    world.begin();
    world.runUntil(200 * ms);
    const options = { system: pingerSystem, driftBoundPpm: 0, anyNumber: true };
    const budget = new ToleranceBudget(world, options);
    for (const node of [0, 1]) world.flipBit(node, 'log', 0, 3);
    expect(budget.refusal(flip('n3', 0, 0), [2])).toBeUndefined();
    expect(budget.refusal(disk('n3', 'lying-sync', 0, ms), [2])).toBeDefined();
    expect(budget.flipRange('log', new Uint8Array(9))).toEqual({ from: 0, to: 8 });
  });

  test('says why', () => {
    const { events } = withBudget(3, [wipe('n1', 100 * ms), wipe('n2', 200 * ms)]);
    expect(events.find((event) => event.phase === 'refused')?.text).toBe(
      'wipe is refused: at most 1 may be damaged or stand aside, n1 already',
    );
  });

  test('counts a node whose disk fails while it fails, and on until its next life', () => {
    const failing = disk('n1', 'sync-error', 100 * ms, 100 * ms);
    const during = withBudget(3, [failing, wipe('n2', 150 * ms)]);
    expect(during.outcome).toEqual(['n1 begin', 'n2 refused']);
    const after = withBudget(3, [failing, wipe('n2', 250 * ms)]);
    expect(after.outcome).toEqual(['n1 begin', 'n2 refused']);
    const restarted = withBudget(3, [failing, kill('n1', 220 * ms), wipe('n2', 250 * ms)]);
    expect(restarted.outcome).toEqual(['n1 begin', 'n1 begin', 'n2 begin']);
  });

  test('does not count full, slow and standing disks', () => {
    for (const mode of ['full', 'slow', 'stall'] as const) {
      const plan = ['n1', 'n2', 'n3'].map((node) => disk(node, mode, 100 * ms, 300 * ms));
      const { outcome } = withBudget(3, [...plan, wipe('n1', 200 * ms)]);
      expect(outcome).toEqual(['n1 begin', 'n2 begin', 'n3 begin', 'n1 begin']);
    }
  });

  test('refuses to forget silently', () => {
    for (const mode of ['lying-sync', 'phantom-write', 'misdirected-write'] as const) {
      expect(withBudget(5, [disk('n1', mode, 100 * ms, 100 * ms)]).outcome).toEqual(['n1 refused']);
    }
  });

  test('lets every node lose power at once', () => {
    const all: Fault = {
      kind: 'whole-cluster',
      powerLoss: true,
      when: { atUs: 300 * ms },
      durationUs: 50 * ms,
    };
    const { world, events, budget } = withBudget(3, [all, wipe('n2', 500 * ms)]);
    expect(events.map((event) => event.phase)).toEqual(['begin', 'end', 'begin', 'end']);
    expect([0, 1, 2].map((node) => world.incarnation(node))).toEqual([2, 3, 2]);
    expect(budget.impaired()).toEqual([1]);
  });

  test('takes a crash before anything was promised for what it is: a lost memory', () => {
    const early = [kill('n1', 1), kill('n2', 2)];
    const { outcome, budget } = withBudget(3, early);
    expect(outcome).toEqual(['n1 begin', 'n2 refused']);
    expect(budget.impaired()).toEqual([0]);
  });

  test('keeps drift within the declared bound', () => {
    const drift = (partsPerMillion: number): Fault => ({
      kind: 'clock-drift',
      target: { node: 'n1' },
      partsPerMillion,
      when: { atUs: 100 * ms },
      durationUs: 100 * ms,
    });
    const { outcome } = withBudget(3, [drift(200), drift(-200), drift(201), drift(-201)]);
    expect(outcome).toEqual(['n1 begin', 'n1 begin', 'n1 refused', 'n1 refused']);
  });
});

describe('bit flips', () => {
  test('strike only bytes whose damage the system says it notices', () => {
    for (const position of [0, 300_000, 999_999]) {
      const { world, budget } = withBudget(3, [flip('n2', 500 * ms, position)]);
      const [place] = budget.atlas.places();
      const length = world.disk(1).promisedBytes('log')!.length;
      expect(place).toMatchObject({ node: 1, file: 'log' });
      expect(place!.from).toBeLessThan(length - 1);
      expect(world.damaged(1)).toBe(true);
    }
  });

  test('are refused where the system notices nothing', () => {
    expect(withBudget(3, [flip('n2', 500 * ms, 0)], {}).outcome).toEqual(['n2 refused']);
  });

  test('spare the last good copy of a record', () => {
    // One record per file, a copy of which every node holds, and n3 has lost its own by a wipe.
    const system = {
      ...pingerSystem,
      records: (file: string, bytes: Uint8Array) => [{ key: file, from: 0, to: bytes.length }],
    };
    const { world } = testWorld(3);
    world.begin();
    world.runUntil(200 * ms);
    const budget = new ToleranceBudget(world, { system, driftBoundPpm: 0 });
    const place = { node: 0, file: 'log', from: 0, to: 1 };
    expect(budget.flipRefusal(place)).toBeUndefined();
    budget.atlas.addWhole(1);
    expect(budget.flipRefusal(place)).toBeUndefined();
    budget.atlas.addWhole(2);
    expect(budget.flipRefusal(place)).toBe('it would damage the last good copy of log');
  });

  test('strike anywhere beyond tolerance', () => {
    const { world, events } = testWorld(1);
    createNemesis(world, { budget: new OpenBudget() }).begin([flip('n1', 500 * ms, 999_999)]);
    world.begin();
    world.runUntil(600 * ms);
    expect(events[0]?.text).toMatch(/^bit 3 of byte \d+ of log on n1 \(follower\) flips$/);
  });
});
