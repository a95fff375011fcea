import { describe, expect, test } from 'vitest';
import type { AnyComponent, Component } from './component.ts';
import type { Env } from './env.ts';
import { calmEnvironment, type Environment } from './environment.ts';
import { KeyedChoices } from './keyed-choices.ts';
import type { Message } from './message.ts';
import type { Step, WorldObserver } from './observer.ts';
import { World } from './world.ts';
import type { WorldOptions } from './world-options.ts';

interface Hop extends Message {
  readonly kind: 'hop';
  readonly count: number;
}

/** Passes a counter on to the next node, for ever. */
const ring = (ids: readonly string[]): Component<{ seen: number[] }, Hop> => ({
  name: 'ring',
  create: () => ({ seen: [] }),
  start(_state, env) {
    if (env.id === ids[0]) env.network.send(ids[1] as string, { kind: 'hop', count: 1 });
  },
  message(state, env, _from, { count }) {
    state.seen.push(count);
    const next = ids[(ids.indexOf(env.id) + 1) % ids.length] as string;
    env.network.send(next, { kind: 'hop', count: count + 1 });
  },
});

const stormy: Environment = {
  ...calmEnvironment,
  netDuplicatePerMillion: 100_000,
  netReorderPerMillion: 200_000,
  clockDriftPpm: 500,
  schedulerPermuteTies: true,
  schedulerHoldPerMillion: 100_000,
  schedulerHoldUs: 5_000,
  schedulerHorizonUs: 2_000,
};

interface Made {
  readonly seed?: number;
  readonly forks?: readonly (readonly [number, number])[];
  readonly environment?: Environment;
  readonly observer?: WorldObserver;
  readonly paranoid?: boolean;
  readonly drain?: () => void;
}

function makeWorld(components: Readonly<Record<string, AnyComponent>>, made: Made = {}): World {
  const { seed = 1, forks = [] } = made;
  const options: WorldOptions = {
    nodes: Object.entries(components).map(([id, component]) => ({
      id,
      component,
      zone: 'z1',
      server: true,
    })),
    choices: new KeyedChoices({ kind: 'seed', seed, overrides: [], forks }),
    environment: made.environment ?? calmEnvironment,
    ...(made.observer === undefined ? {} : { observer: made.observer }),
    ...(made.paranoid === undefined ? {} : { paranoid: made.paranoid }),
    ...(made.drain === undefined ? {} : { drain: made.drain }),
  };
  return new World(options);
}

function ringWorld(made: Made = {}): World {
  const ids = ['a', 'b', 'c'];
  const component = ring(ids);
  return makeWorld(Object.fromEntries(ids.map((id) => [id, component])), made);
}

function fingerprints(world: World, steps: number): number[] {
  const taken: number[] = [];
  world.begin();
  while (taken.length < steps) {
    world.runUntil(Infinity, 1);
    taken.push(world.fingerprint);
  }
  return taken;
}

describe('determinism', () => {
  test('the same seed gives the same digest at every step, another seed another', () => {
    const first = fingerprints(ringWorld({ environment: stormy }), 300);
    expect(fingerprints(ringWorld({ environment: stormy }), 300)).toEqual(first);
    expect(fingerprints(ringWorld({ environment: stormy, seed: 2 }), 300)).not.toEqual(first);
  });

  test('stopping at any step and going on changes nothing', () => {
    const whole = ringWorld({ environment: stormy });
    whole.begin();
    whole.runUntil(Infinity, 997);
    const pieces = ringWorld({ environment: stormy });
    pieces.begin();
    for (let at = 0; at < 997; at++) pieces.runUntil(Infinity, 1);
    expect(pieces.digest).toBe(whole.digest);
  });

  test('two worlds stepped alternately have the digests that they have alone', () => {
    const alone = fingerprints(ringWorld({ environment: stormy, seed: 8 }), 200);
    const left = ringWorld({ environment: stormy, seed: 8 });
    const right = ringWorld({ environment: stormy, seed: 9 });
    left.begin();
    right.begin();
    const taken = alone.map(() => {
      left.runUntil(Infinity, 1);
      right.runUntil(Infinity, 1);
      return left.fingerprint;
    });
    expect(taken).toEqual(alone);
  });

  test('a fork is its parent up to its step and differs later', () => {
    const parent = fingerprints(ringWorld({ environment: stormy }), 400);
    const fork = fingerprints(ringWorld({ environment: stormy, forks: [[203, 1]] }), 400);
    // Step numbers count the three starts before the first fingerprint.
    const common = parent.findIndex((value, at) => value !== fork[at]);
    expect(common).toBeGreaterThanOrEqual(203 - 3 - 1);
    expect(fork.at(-1)).not.toBe(parent.at(-1));
  });

  test('paranoid sending changes no digest', () => {
    const plain = fingerprints(ringWorld({ environment: stormy }), 300);
    expect(fingerprints(ringWorld({ environment: stormy, paranoid: true }), 300)).toEqual(plain);
  });
});

describe('steps', () => {
  test('a sender that changes its message afterwards is caught in paranoid mode', () => {
    const errors: unknown[] = [];
    const list = new Uint8Array([1]);
    const sloppy: Component<object, Message & { list: Uint8Array }> = {
      name: 'sloppy',
      create: () => ({}),
      start(_state, env) {
        env.network.send('a', { kind: 'list', list });
        list[0] = 2;
      },
      message() {},
    };
    const observer = { threw: (_node: number, error: unknown) => errors.push(error) };
    makeWorld({ a: sloppy }, { paranoid: true, observer }).begin();
    expect(String(errors[0])).toContain("message 'list' was changed after it was sent");
  });

  test('component code that throws ends its life and is reported', () => {
    const errors: unknown[] = [];
    const broken: AnyComponent = {
      name: 'broken',
      create: () => ({}),
      start(_state: object, env: Env) {
        env.timers.set('bang', 10, () => {
          throw new Error('bang');
        });
      },
    };
    const observer = { threw: (_node: number, error: unknown) => errors.push(error) };
    const world = makeWorld({ a: broken }, { observer });
    world.begin();
    world.runUntil(100);
    expect(String(errors[0])).toBe('Error: bang');
    expect(world.status(0)).toBe('down');
  });

  test('a cluster that no longer moves in time is a livelock', () => {
    const spin: AnyComponent = {
      name: 'spin',
      create: () => ({}),
      start(_state: object, env: Env) {
        const again = (): void => env.timers.set('again', 0, again);
        again();
      },
    };
    const world = makeWorld({ a: spin });
    world.begin();
    expect(world.runUntil(1_000)).toBe('livelock');
  });

  test('held messages of a life that ends are never sent', () => {
    const environment = {
      ...calmEnvironment,
      schedulerHoldPerMillion: 1_000_000,
      schedulerHoldUs: 1,
    };
    let sent = 0;
    const observer = {
      afterStep(step: Step) {
        sent += step.sentCount;
      },
    };
    const dies = ringWorld({ environment, observer });
    dies.begin();
    dies.kill(0);
    dies.runUntil(1_000_000);
    expect(sent).toBe(0);
    const lives = ringWorld({ environment, observer });
    lives.begin();
    lives.runUntil(10_000);
    expect(sent).toBeGreaterThan(3);
  });
});

describe('lives', () => {
  const beat: Component<{ beats: number[] }, Message> = {
    name: 'beat',
    create: () => ({ beats: [] }),
    start(state, env) {
      const tick = (): void => {
        state.beats.push(env.clock.monotonicUs());
        env.timers.set('beat', 100, tick);
      };
      env.timers.set('beat', 100, tick);
    },
    message() {},
  };
  const beats = (world: World): number =>
    (world.state(0) as { beats: number[] } | undefined)?.beats.length ?? -1;

  test('timers die with the life, and a new one starts afresh', () => {
    const world = makeWorld({ a: beat });
    world.begin();
    world.runUntil(1_000);
    expect(beats(world)).toBe(10);
    world.kill(0);
    expect(beats(world)).toBe(-1);
    world.runUntil(2_000);
    world.start(0);
    world.runUntil(2_500);
    expect(beats(world)).toBe(5);
    expect(world.incarnation(0)).toBe(2);
  });

  test('a stalled node misses time, a suspended one does not notice', () => {
    const stalled = makeWorld({ a: beat });
    stalled.begin();
    stalled.runUntil(250);
    stalled.stall(0);
    stalled.runUntil(1_050);
    expect(beats(stalled)).toBe(2);
    stalled.resume(0);
    stalled.runUntil(1_060);
    expect(beats(stalled)).toBe(3);

    const suspended = makeWorld({ a: beat });
    suspended.begin();
    suspended.runUntil(250);
    suspended.suspend(0);
    suspended.runUntil(1_050);
    suspended.resume(0);
    suspended.runUntil(1_090);
    expect(beats(suspended)).toBe(2);
    suspended.runUntil(1_110);
    expect(beats(suspended)).toBe(3);
  });

  test('a timer follows the drift of its clock', () => {
    const world = makeWorld({ a: beat });
    world.begin();
    world.driftMonotonicClock(0, 100_000);
    world.runUntil(1_010);
    expect(beats(world)).toBe(11);
  });

  test('setting a pending timer moves it, earlier or later', () => {
    const fired: string[] = [];
    const mover: AnyComponent = {
      name: 'mover',
      create: () => ({}),
      start(_state: object, env: Env) {
        env.timers.set('later', 10, () => fired.push('never'));
        env.timers.set('later', 50, () => fired.push(`later ${env.clock.monotonicUs()}`));
        env.timers.set('sooner', 90, () => fired.push('never'));
        env.timers.set('sooner', 20, () => fired.push('sooner'));
        env.timers.set('gone', 30, () => fired.push('never'));
        env.timers.cancel('gone');
      },
    };
    const world = makeWorld({ a: mover });
    world.begin();
    world.runUntil(1_000);
    expect(fired.map((text) => text.split(' ')[0])).toEqual(['sooner', 'later']);
  });

  test('firstBoot is true in the first life alone', () => {
    const boots: boolean[] = [];
    const booter: AnyComponent = {
      name: 'booter',
      create: (env: Env) => void boots.push(env.firstBoot),
    };
    const world = makeWorld({ a: booter });
    world.begin();
    world.kill(0);
    world.start(0);
    expect(boots).toEqual([true, false]);
  });
});

describe('the network', () => {
  const seen = (world: World): number =>
    [0, 1, 2].reduce((sum, at) => {
      const state = world.state(at) as { seen: number[] } | undefined;
      return sum + (state?.seen.length ?? 0);
    }, 0);

  test('a cut link loses, a clogged one delays', () => {
    const cut = ringWorld();
    cut.link(0, 1).cut++;
    cut.begin();
    cut.runUntil(1_000_000);
    expect(seen(cut)).toBe(0);

    const clogged = ringWorld();
    clogged.link(0, 1).clogged++;
    clogged.begin();
    clogged.runUntil(1_000_000);
    expect(seen(clogged)).toBe(0);
    clogged.link(0, 1).clogged--;
    clogged.linksChanged();
    clogged.runUntil(1_010_000);
    expect(seen(clogged)).toBeGreaterThan(0);
    const arrived = clogged.trace.step(4);
    expect(arrived).toMatchObject({ cause: 'message', timeUs: 1_000_000, causeStep: 1 });
  });

  test('a late reply to the old life reaches the new one', () => {
    const world = ringWorld();
    world.begin();
    world.kill(1);
    world.start(1);
    world.runUntil(10_000);
    expect((world.state(1) as { seen: number[] }).seen[0]).toBe(1);
  });

  test('a link keeps order unless a choice says otherwise', () => {
    const burst: Component<{ got: number[] }, Hop> = {
      name: 'burst',
      create: () => ({ got: [] }),
      start(_state, env) {
        if (env.id !== 'a') return;
        for (let count = 0; count < 200; count++) env.network.send('b', { kind: 'hop', count });
      },
      message(state, _env, _from, { count }) {
        state.got.push(count);
      },
    };
    const run = (environment: Environment): number[] => {
      const world = makeWorld({ a: burst, b: burst }, { environment });
      world.begin();
      world.runUntil(1_000_000);
      return (world.state(1) as { got: number[] }).got;
    };
    const ordered = run({ ...calmEnvironment, schedulerPermuteTies: true });
    expect(ordered).toEqual([...ordered].sort((a, b) => a - b));
    expect(ordered.length).toBe(200);
    const shuffled = run({ ...calmEnvironment, netReorderPerMillion: 500_000 });
    expect(shuffled).not.toEqual([...shuffled].sort((a, b) => a - b));
    const lossy = run({ ...calmEnvironment, netLossPerMillion: 300_000 });
    expect(lossy.length).toBeGreaterThan(100);
    expect(lossy.length).toBeLessThan(180);
    const doubled = run({ ...calmEnvironment, netDuplicatePerMillion: 300_000 });
    expect(doubled.length).toBeGreaterThan(230);
  });
});

describe('marks', () => {
  test('tell of messages and starts, between steps', () => {
    const world = ringWorld();
    const told: string[] = [];
    world.onMark('receive:hop', (node) => told.push(`receive ${world.nodeId(node)}`));
    world.onMark('send:hop', (node) => told.push(`send ${world.nodeId(node)}`));
    world.onMark('start', (node) => told.push(`start ${world.nodeId(node)}`));
    world.begin();
    world.runUntil(10_000);
    expect(told.slice(0, 6)).toEqual([
      'start a',
      'send a',
      'start b',
      'start c',
      'receive b',
      'send b',
    ]);
  });

  test('at calls back before the events of nodes at that time', () => {
    const world = ringWorld();
    const order: string[] = [];
    world.at(0, () => order.push('control'));
    world.begin();
    world.runUntil(0);
    expect(order).toEqual(['control']);
  });
});
