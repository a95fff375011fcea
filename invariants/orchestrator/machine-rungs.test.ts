import { describe, expect, test } from 'vitest';
import { second } from '../../src/systems/orchestrator/test-rig.ts';
import { WorkerState } from '../../src/systems/orchestrator/worker/worker-state.ts';
import {
  fencedInTime,
  fencedLate,
  oneContainerASlot,
  oneMount,
  workersAreAutonomous,
} from './containers.ts';
import { agentsGoForward, journalsAreKept } from './journals.ts';
import { MomentRig } from './moment-kit.ts';

const fence = { template: { disconnect: { kind: 'fence' } } } as const;

function furnished(given: Parameters<MomentRig['furnish']>[1] = {}) {
  const kit = new MomentRig();
  const service = kit.furnish('web', given);
  const tasks = kit.rig.tasks(service);
  const [id, { node }] = tasks[0]!;
  const here = kit.machineOf(node);
  const there = here === 1 ? 2 : 1;
  return { kit, service, id, here, there, worker: kit.workerAt(here), tasks };
}

describe('S16 one container a slot', () => {
  test('is red when a second one starts and the managers are sure of both', () => {
    const { kit, id, there } = furnished();
    kit.wait(60 * second);
    const containers = kit.run(there, id);
    expect(kit.ask(oneContainerASlot, { containers, worker: kit.workerAt(there) })).toBe('broken');
  });

  test('holds while one of them is on a node that has just come back', () => {
    const { kit, id, there } = furnished();
    kit.wait(60 * second);
    kit.facts.members.registered(kit.facts.members.idOf(there), kit.timeUs);
    const containers = kit.run(there, id);
    expect(kit.ask(oneContainerASlot, { containers, worker: kit.workerAt(there) })).toBe('held');
  });

  test('is red at once for two that are bound to leases', () => {
    const { kit, service, here, there } = furnished();
    const bound = { service, slot: '9', bound: true };
    for (const node of [here, there]) {
      kit.workers[node - 1]!.options.machine.holdUntilUs = kit.timeUs + second;
    }
    kit.run(here, 'first', bound);
    const containers = kit.run(there, 'second', bound);
    expect(kit.ask(oneContainerASlot, { containers, worker: kit.workerAt(there) })).toBe('broken');
  });
});

describe('S16F fenced in time', () => {
  test.each([
    [true, true, 'held'],
    [false, true, 'broken'],
    [true, false, 'broken'],
  ] as const)('bound %s under a lease %s: %s', (bound, leaseHolds, verdict) => {
    const { kit, id, here, worker } = furnished(fence);
    kit.hold(here, id);
    kit.workers[here - 1]!.leaseHolds = leaseHolds;
    const containers = kit.run(here, id, { bound });
    expect(kit.ask(fencedInTime, { containers, worker, node: here })).toBe(verdict);
  });

  test('does not look at what is kept', () => {
    const { kit, id, here, worker } = furnished();
    kit.hold(here, id);
    const containers = kit.run(here, id);
    expect(kit.ask(fencedInTime, { containers, worker, node: here })).toBe('premise false');
  });
});

describe('S16L fenced late enough', () => {
  test('is red while what is bound runs, and holds when its lease and grace are over', () => {
    const { kit, id, here } = furnished();
    kit.workers[here - 1]!.options.machine.holdUntilUs = kit.timeUs + second;
    kit.run(here, id, { bound: true });
    kit.facts.fences.push(kit.facts.members.idOf(here));
    expect(kit.ask(fencedLate)).toBe('broken');
    kit.wait(3 * second);
    kit.facts.fences.push(kit.facts.members.idOf(here));
    expect(kit.ask(fencedLate)).toBe('held');
  });
});

describe('S17 exclusive volume', () => {
  function claimed() {
    const { kit, id, here, there } = furnished();
    const spec = { name: 'v', labels: [], driver: 'shared', exclusive: true } as const;
    const reply = kit.rig.ask({ kind: 'create-volume', spec: { ...spec, node: '', sizeBytes: 0 } });
    const volume = (reply as { id: string }).id;
    const claim = { task: id, node: kit.facts.members.idOf(here), epoch: 7 };
    Object.assign(kit.rig.state.volumes.edit(volume), { claim });
    const open = (node: number, epoch: number) => {
      const { machine } = kit.workers[node - 1]!.options;
      machine.holdUntilUs = kit.timeUs + second;
      machine.mounts.set(volume, { volume, task: id, epoch, graceUs: second });
      return kit.followMachine(node).mounts;
    };
    return { kit, open, here, there };
  }

  test('holds for the mount of the claim', () => {
    const { kit, open, here } = claimed();
    expect(kit.ask(oneMount, { mounts: open(here, 7) })).toBe('held');
  });

  test('is red for an older epoch, and for a machine that has no claim', () => {
    const first = claimed();
    expect(first.kit.ask(oneMount, { mounts: first.open(first.here, 6) })).toBe('broken');
    const second = claimed();
    expect(second.kit.ask(oneMount, { mounts: second.open(second.there, 7) })).toBe('broken');
  });

  test('is red when two machines have it open, but for one whose clock is out of bounds', () => {
    const { kit, open, here, there } = claimed();
    open(there, 7);
    const mounts = open(here, 7);
    expect(kit.ask(oneMount, { mounts })).toBe('broken');
    kit.unbounded.add(there);
    expect(kit.ask(oneMount, { mounts })).toBe('held');
  });
});

describe('S25 autonomy', () => {
  test('is red when a worker that is cut off stops what is wanted', () => {
    const { kit, id, here, worker } = furnished();
    kit.hold(here, id);
    kit.workers[here - 1]!.connected = false;
    kit.workers[here - 1]!.options.machine.containers.get(id)!.phase = 'stopping';
    const { containers } = kit.followMachine(here);
    expect(kit.ask(workersAreAutonomous, { containers, worker, node: here })).toBe('broken');
    kit.workers[here - 1]!.connected = true;
    expect(kit.ask(workersAreAutonomous, { containers, worker, node: here })).toBe('premise false');
  });

  test('is red when it starts what its disk does not name, or what has ended', () => {
    const { kit, id, here, worker } = furnished();
    kit.workers[here - 1]!.connected = false;
    const containers = kit.run(here, id);
    expect(kit.ask(workersAreAutonomous, { containers, worker, node: here })).toBe('broken');
    kit.hold(here, id, { observed: 'failed' });
    expect(kit.ask(workersAreAutonomous, { containers, worker, node: here })).toBe('broken');
    kit.hold(here, id);
    expect(kit.ask(workersAreAutonomous, { containers, worker, node: here })).toBe('held');
  });

  test('holds for a fenced task that stops with its lease', () => {
    const { kit, id, here, worker } = furnished(fence);
    kit.hold(here, id);
    Object.assign(kit.workers[here - 1]!, { connected: false, leaseHolds: false });
    kit.workers[here - 1]!.options.machine.containers.get(id)!.phase = 'stopping';
    const { containers } = kit.followMachine(here);
    expect(kit.ask(workersAreAutonomous, { containers, worker, node: here })).toBe('held');
  });
});

describe('S25J journals are kept', () => {
  function cameBack() {
    const { kit, id, here, worker } = furnished();
    const journal = new WorkerState();
    journal.tasks.set(id, kit.hold(here, id));
    kit.facts.journals[here] = journal;
    return { kit, id, journal, about: { worker, node: here }, core: kit.workers[here - 1]! };
  }

  test('holds for all of it, once', () => {
    const { kit, about } = cameBack();
    expect(kit.ask(journalsAreKept, about)).toBe('held');
    expect(kit.ask(journalsAreKept, about)).toBe('premise false');
  });

  test('is red for a task, a claim or a name that is not there any more', () => {
    const task = cameBack();
    task.core.state.tasks.delete(task.id);
    expect(task.kit.ask(journalsAreKept, task.about)).toBe('broken');
    const claim = cameBack();
    claim.journal.owed.set('v/3', { volume: 'v', epoch: 3 });
    expect(claim.kit.ask(journalsAreKept, claim.about)).toBe('broken');
    const member = cameBack();
    member.journal.member = { ...member.journal.member, node: 'another' };
    expect(member.kit.ask(journalsAreKept, member.about)).toBe('broken');
  });
});

describe('S3A agents go forward', () => {
  test('is red when what has ended is about to start', () => {
    const { kit, id, here, worker } = furnished();
    const about = { worker, node: here };
    kit.hold(here, id, { observed: 'running' });
    expect(kit.ask(agentsGoForward, about)).toBe('held');
    kit.hold(here, id, { observed: 'failed' });
    expect(kit.ask(agentsGoForward, about)).toBe('held');
    kit.hold(here, id, { observed: 'starting' });
    expect(kit.ask(agentsGoForward, about)).toBe('broken');
  });

  test('holds for a task that was forgotten in between', () => {
    const { kit, id, here, worker } = furnished();
    const about = { worker, node: here };
    kit.hold(here, id, { observed: 'failed' });
    kit.ask(agentsGoForward, about);
    kit.workers[here - 1]!.state.tasks.clear();
    kit.ask(agentsGoForward, about);
    kit.hold(here, id, { observed: 'accepted' });
    expect(kit.ask(agentsGoForward, about)).toBe('held');
  });
});
