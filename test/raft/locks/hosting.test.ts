import { describe, expect, expectTypeOf, test } from 'vitest';
import { calmEnvironment } from '../../../src/sim/environment.ts';
import { KeyedChoices } from '../../../src/sim/keyed-choices.ts';
import { World } from '../../../src/sim/world.ts';
import {
  type RaftService,
  type raftComponent,
  settingsFrom,
} from '../../../src/systems/raft/index.ts';
import { Host } from '../../../src/systems/raft/raft-host.ts';
import { encodeCommand, type Grant, LockMachine } from './lock-machine.ts';
import type { LockMessage } from './lock-messages.ts';
import { type LockNode, LockService, lockComponent } from './lock-service.ts';

/** Says how its calls ended, and when the shell begins does what a test wants. */
class Told extends LockService {
  readonly ends: string[] = [];
  tookUs = 0;

  propose(): void {
    this.host.propose(encodeCommand({ kind: 'tick', term: this.ledTerm }), this.end('proposal'));
  }

  ask(): void {
    this.host.read(this.end('read'));
  }

  private end(what: string): (outcome: { readonly status: string }) => void {
    const { clock } = this.host.env;
    const fromUs = clock.monotonicUs();
    return ({ status }) => {
      this.ends.push(`${what} ${status}`);
      this.tookUs = clock.monotonicUs() - fromUs;
    };
  }

  protected call(): void {
    this.propose();
    this.ask();
  }

  protected override armTick(): void {}
}

function worldOf(nodes: number, Service: typeof LockService, settings = {}): World {
  const peers = Array.from({ length: nodes }, (_, index) => `n${index + 1}`);
  const all = { ...settingsFrom({}), ...settings };
  const world = new World({
    nodes: peers.map((id, index) => ({
      id,
      component: lockComponent(peers, index, all, Service),
      zone: id,
      server: true,
    })),
    choices: new KeyedChoices({ kind: 'seed', seed: 1, overrides: [], forks: [] }),
    environment: calmEnvironment,
    paranoid: true,
    observer: {
      threw: (_node, error) => {
        throw error;
      },
    },
  });
  world.begin();
  return world;
}

const nodeOf = (world: World, index: number): LockNode => world.state(index) as LockNode;
const toldBy = (world: World, index: number): Told => nodeOf(world, index).service as Told;

describe('a proposal goes out at once', () => {
  // Whatever else would make Raft move comes much later.
  const seldom = { heartbeatUs: 1_000_000, electionTimeoutUs: 3_000_000 };
  const soonUs = 100_000;

  test('from a timer', () => {
    class ByTimer extends Told {
      protected override armTick(): void {
        this.host.env.timers.set('tick', 10_000, () => this.call());
      }
    }
    const world = worldOf(1, ByTimer, seldom);
    world.runUntil(10_000_000);
    expect(toldBy(world, 0).ends.toSorted()).toEqual(['proposal committed', 'read fresh']);
    expect(toldBy(world, 0).tookUs).toBeLessThan(soonUs);
  });

  test.each([
    ['propose', 'proposal committed'],
    ['ask', 'read fresh'],
  ] as const)('from the end of something that the service did by itself: %s', (what, end) => {
    class ByDisk extends Told {
      protected override armTick(): void {
        this.host.env.disk.read('locks/none', () => this[what]());
      }
    }
    const world = worldOf(1, ByDisk, seldom);
    world.runUntil(10_000_000);
    expect(toldBy(world, 0).ends).toEqual([end]);
    expect(toldBy(world, 0).tookUs).toBeLessThan(soonUs);
  });
});

describe('every call ends once', () => {
  const waitUs = 20_000;

  class Later extends Told {
    protected override armTick(): void {
      this.host.env.timers.set('tick', waitUs, () => this.call());
    }
  }

  /** A world whose leader is alone from the moment in which its shell begins. */
  function alone(): { readonly world: World; readonly leader: number } {
    const world = worldOf(3, Later);
    const leads = (): number => [0, 1, 2].findIndex((node) => toldBy(world, node).ledTerm > 0);
    while (leads() < 0) world.runUntil(world.timeUs + 100);
    const leader = leads();
    for (const other of [0, 1, 2]) {
      if (other === leader) continue;
      world.link(leader, other).cut += 1;
      world.link(other, leader).cut += 1;
    }
    world.linksChanged();
    world.runUntil(world.timeUs + waitUs);
    expect(toldBy(world, leader).ends).toEqual([]);
    return { world, leader };
  }

  test('when leadership is lost', () => {
    const { world, leader } = alone();
    world.runUntil(world.timeUs + 2_000_000);
    const { ends, ledTerm } = toldBy(world, leader);
    expect(ends.toSorted()).toEqual(['proposal unknown', 'read unavailable']);
    expect(ledTerm).toBe(0);
  });

  test('when the node withdraws', () => {
    const { world, leader } = alone();
    const node = nodeOf(world, leader);
    node.core!.lostData = 'a test says so';
    world.runUntil(world.timeUs + 100_000);
    expect(node.phase).toBe('withdrawn');
    expect(node.service.ledTerm).toBe(0);
    expect((node.service as Told).ends).toEqual(['proposal unknown', 'read unavailable']);
  });
});

test('a shell begins once, with an entry of its term and not with the last of an earlier one', () => {
  const world = worldOf(1, Told);
  while (nodeOf(world, 0).service.ledTerm === 0) world.runUntil(world.timeUs + 1_000);
  const node = nodeOf(world, 0);
  const core = node.core!;
  const begun: number[] = [];
  const host = new Host<LockMessage, Grant, RaftService<LockMessage, Grant>>(
    node.env,
    ['n1'],
    node,
    () => ({
      machine: new LockMachine(),
      message: () => {},
      beginsToLead: (term) => void begun.push(term),
    }),
  );
  const own = core.log.entry(core.log.lastIndex)!;
  host.appliedTo(core, own.index, { ...own, term: own.term - 1 });
  host.appliedTo(core, own.index, undefined);
  expect(begun).toEqual([]);
  host.appliedTo(core, own.index, own);
  host.appliedTo(core, own.index, own);
  expect(begun).toEqual([core.term]);
});

test('a message cannot have the kind of one of Raft', () => {
  interface Beat {
    readonly kind: 'heartbeat' | 'hello';
  }
  type Options = Parameters<
    typeof raftComponent<Beat, unknown, RaftService<Beat>>
  >[0]['kindsThatAreRafts'];
  expectTypeOf<Options>().toEqualTypeOf<'heartbeat'>();
});
