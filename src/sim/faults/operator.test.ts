import { describe, expect, test } from 'vitest';
import type { Component } from '../component.ts';
import type { Fault } from '../fault-plan.ts';
import type { Message } from '../message.ts';
import type { KnownConfiguration, OperatorDefinition, OperatorOrder } from '../operator.ts';
import type { World } from '../world.ts';
import { ToleranceBudget } from './budget.ts';
import { createNemesis } from './nemesis.ts';
import { pingerSystem, testWorld } from './test-cluster.ts';

const ms = 1_000;

/** A cluster on paper: what its members are stands in the test, orders are carried out at once. */
class Paper {
  configurations: KnownConfiguration[] = [plain(1, [0, 1, 2])];
  decidedUpTo = 1;
  leader = 0;
  /** Leaves a joint configuration only when it is told to. */
  explicit = false;
  readonly orders: OperatorOrder[] = [];

  readonly operator: OperatorDefinition = {
    membership: (state) => ({
      configurations: this.configurations,
      decidedUpTo: this.decidedUpTo,
      leads: (state as { index: number }).index === this.leader,
      term: 1,
    }),
    order: (order): Message => {
      this.orders.push(order);
      this.#carryOut(order);
      return { kind: 'ping' } as Message;
    },
  };

  #carryOut(order: OperatorOrder): void {
    const [current] = this.configurations as [KnownConfiguration];
    let { groups } = current;
    let learners = [...current.learners];
    if (order.kind === 'transfer') this.leader = order.node;
    else if (order.kind === 'leave') groups = [groups[0]!];
    else {
      const voters = new Set(groups[0]);
      for (const { kind, node } of order.wishes) {
        learners = learners.filter((one) => one !== node);
        voters.delete(node);
        if (kind === 'add-voter') voters.add(node);
        else if (kind === 'add-learner') learners.push(node);
      }
      groups = this.explicit ? [[...voters], groups[0]!] : [[...voters]];
    }
    this.configurations = [{ ...current, place: current.place + 1, groups, learners }];
    this.decidedUpTo = current.place + 1;
  }
}

function plain(place: number, voters: readonly number[]): KnownConfiguration {
  return { place, version: 1, groups: [voters], leavesByItself: false, learners: [] };
}

function operated(servers: number, plan: readonly Fault[], paper = new Paper()) {
  const component = (index: number): Component<{ index: number }> => ({
    name: 'paper',
    create: () => ({ index }),
    start: (_state, env) => {
      env.disk.append('log', 'x', () =>
        env.disk.sync('log', () => env.disk.syncDirectory('', () => {})),
      );
    },
    message() {},
  });
  const { world, events } = testWorld(servers, { component });
  const system = { ...pingerSystem, operator: paper.operator };
  const budget = new ToleranceBudget(world, { system, driftBoundPpm: 200 });
  createNemesis(world, { budget, operator: paper.operator }).begin(plan);
  world.begin();
  world.runUntil(1_000 * ms);
  return { world, budget, paper, events };
}

function wants(
  change: Extract<Fault, { kind: 'membership' }>['change'],
  node: string,
  atUs = 100 * ms,
): Fault {
  return {
    kind: 'membership',
    target: { node },
    change,
    transition: 'auto',
    arrangement: 3,
    when: { atUs },
    durationUs: 500 * ms,
  };
}

const wipe = (node: string, atUs: number): Fault => ({
  kind: 'wipe',
  target: { node },
  when: { atUs },
  durationUs: 20 * ms,
});

const wishes = ({ orders }: Paper) =>
  orders.map((order) =>
    order.kind === 'change' ? order.wishes.map(({ kind, node }) => `${kind} ${node}`) : order.kind,
  );

describe('an operator', () => {
  test('adds a node as a learner first', () => {
    const { paper } = operated(5, [wants('add', 'n4')]);
    expect(wishes(paper)).toEqual([['add-learner 3'], ['add-voter 3']]);
  });

  test('removes and demotes, and does nothing that is done', () => {
    const { paper } = operated(3, [
      wants('demote', 'n3'),
      wants('remove', 'n2', 300 * ms),
      wants('remove', 'n2', 600 * ms),
    ]);
    expect(wishes(paper)).toEqual([['add-learner 2'], ['remove 1']]);
  });

  test('replaces a voter by a server that has learnt, in one step', () => {
    const { paper } = operated(5, [wants('replace', 'n1')]);
    expect(wishes(paper)).toEqual([['add-learner 3'], ['add-voter 3', 'remove 0']]);
  });

  test('leaves a joint configuration that does not leave by itself', () => {
    const paper = new Paper();
    paper.explicit = true;
    operated(3, [wants('remove', 'n2')], paper);
    expect(wishes(paper)).toEqual([['remove 1'], 'leave']);
  });

  test('hands leadership over, away from the target if that leads', () => {
    const when = (atUs: number) => ({ when: { atUs }, durationUs: 1 });
    const { paper } = operated(3, [
      { kind: 'transfer', target: { node: 'n3' }, ...when(100 * ms) },
      { kind: 'transfer', target: { node: 'n3' }, ...when(200 * ms) },
    ]);
    expect(paper.orders).toEqual([
      { kind: 'transfer', node: 2 },
      { kind: 'transfer', node: 0 },
    ]);
  });

  test('is refused where there is none', () => {
    const { world, events } = testWorld(3);
    const budget = new ToleranceBudget(world, { system: pingerSystem, driftBoundPpm: 0 });
    createNemesis(world, { budget }).begin([wants('add', 'n1')]);
    world.begin();
    world.runUntil(200 * ms);
    expect(events.map(({ phase }) => phase)).toEqual(['refused']);
  });
});

describe('the budget', () => {
  test('counts voters of what is in force, not servers', () => {
    // Five servers, three voters: one of them may be lost, and any of the others.
    const plan = [wipe('n1', 100 * ms), wipe('n2', 200 * ms), wipe('n4', 300 * ms)];
    const { events } = operated(5, plan);
    expect(events.filter(({ phase }) => phase !== 'end').map(({ phase }) => phase)).toEqual([
      'begin',
      'refused',
      'begin',
    ]);
  });

  test('counts both halves of a joint configuration, and what is not decided yet', () => {
    const paper = new Paper();
    paper.configurations = [
      plain(1, [0, 1, 2]),
      {
        place: 2,
        version: 1,
        groups: [
          [2, 3, 4],
          [0, 1, 2],
        ],
        leavesByItself: true,
        learners: [],
      },
    ];
    const plan = [wipe('n4', 100 * ms), wipe('n5', 200 * ms), wipe('n1', 300 * ms)];
    const { events } = operated(5, plan, paper);
    expect(events.filter(({ phase }) => phase !== 'end').map(({ phase }) => phase)).toEqual([
      'begin',
      'refused',
      'begin',
    ]);
  });

  test('lets no operator bring about a group of which too many are lost', () => {
    const plan = [wipe('n3', 100 * ms), wants('remove', 'n2', 200 * ms)];
    const { paper } = operated(3, plan);
    expect(paper.orders).toEqual([]);
    const other = operated(3, [wipe('n3', 100 * ms), wants('remove', 'n3', 200 * ms)]);
    expect(wishes(other.paper)).toEqual([['remove 2']]);
  });

  test('remembers what a node said before it died', () => {
    const { world, budget, paper } = operated(3, []);
    budget.look();
    world.kill(0);
    world.kill(1);
    world.kill(2);
    paper.configurations = [];
    expect(budget.changeRefusal([[0, 1, 2]])).toBeUndefined();
    const refusal = (node: number) => budget.refusal(wipe('n1', 0), [node]);
    world.wipe(0);
    expect([refusal(1), refusal(0)]).toEqual([expect.stringContaining('at most 1'), undefined]);
  });
});

test('every server is restarted in turn', () => {
  const lives: string[] = [];
  const { world } = testWorld(3, {
    observer: { lifecycle: (node, what) => lives.push(`${what} ${node}`) },
  });
  const budget = new ToleranceBudget(world, { system: pingerSystem, driftBoundPpm: 0 });
  const fault: Fault = {
    kind: 'rolling-restart',
    downPercent: 50,
    when: { atUs: 100 * ms },
    durationUs: 300 * ms,
  };
  createNemesis(world, { budget }).begin([fault]);
  world.begin();
  lives.length = 0;
  world.runUntil(1_000 * ms);
  expect(lives).toEqual([
    'killed 0',
    'started 0',
    'killed 1',
    'started 1',
    'killed 2',
    'started 2',
  ]);
});

function drift(partsPerMillion: number, atUs: number): Fault {
  return {
    kind: 'clock-drift',
    target: { node: 'n1' },
    partsPerMillion,
    when: { atUs },
    durationUs: 200 * ms,
  };
}

function phases(plan: readonly Fault[], countsOnClocks = false): string[] {
  const { world, events } = testWorld(3);
  const options = { system: pingerSystem, driftBoundPpm: 200, countsOnClocks };
  createNemesis(world, { budget: new ToleranceBudget(world, options) }).begin(plan);
  world.begin();
  world.runUntil(1_000 * ms);
  return events.filter(({ phase }) => phase !== 'end').map(({ phase }) => phase);
}

describe('clocks', () => {
  test('may not drift beyond the bound by two faults that overlap', () => {
    expect(phases([drift(200, 100 * ms), drift(200, 200 * ms), drift(200, 400 * ms)])).toEqual([
      'begin',
      'refused',
      'begin',
    ]);
    expect(phases([drift(200, 100 * ms), drift(-200, 200 * ms)])).toEqual(['begin', 'begin']);
  });

  test('may stand still where nobody counts on them', () => {
    const suspend: Fault = {
      kind: 'suspend',
      target: { node: 'n1' },
      when: { atUs: 100 * ms },
      durationUs: 100 * ms,
    };
    expect([phases([suspend]), phases([suspend], true)]).toEqual([['begin'], ['refused']]);
  });
});

test('an order is a step of its node, from itself, and changes the digest', () => {
  const steps: string[] = [];
  const make = (): World =>
    testWorld(2, {
      observer: {
        afterStep: ({ node, from, received }) => {
          if (received?.kind === 'ping' && node === from) steps.push(`${node} ${received.kind}`);
        },
      },
    }).world;
  const [plainWorld, ordered] = [make(), make()];
  for (const world of [plainWorld, ordered]) {
    world.begin();
    world.runUntil(5 * ms);
  }
  expect(ordered.command(1, { kind: 'ping' })).toBe(true);
  for (const world of [plainWorld, ordered]) world.runUntil(15 * ms);
  expect(steps).toEqual(['1 ping']);
  expect(ordered.digest).not.toBe(plainWorld.digest);
  ordered.kill(1);
  expect(ordered.command(1, { kind: 'ping' })).toBe(false);
});
