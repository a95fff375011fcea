import { describe, expect, test } from 'vitest';
import { second, tinySettings } from '../../src/systems/orchestrator/test-rig.ts';
import { controllersRest } from './controllers-rest.ts';
import { managersAgree, tablesAddUp } from './managers-agree.ts';
import { MomentRig } from './moment-kit.ts';
import { manyAreStarted } from './progress-at-scale.ts';
import {
  beatsKeepNodesUp,
  deploymentsEnd,
  drainsEnd,
  silentNodesGoDown,
  workersHaveSessions,
} from './progress-of-nodes.ts';
import {
  assignedAreStarted,
  crashedAreReplaced,
  desiredIsActual,
  nothingIsLeft,
  placedWhereTheyFit,
} from './progress-of-tasks.ts';
import { tablesAreCurrent } from './tables-are-current.ts';

/** Longer than anything may take in quiet weather. */
const long = 60 * second;

function furnished(given: Parameters<MomentRig['furnish']>[1] = {}) {
  const kit = new MomentRig();
  const service = kit.furnish('web', given);
  const tasks = kit.rig.tasks(service);
  const [id, { node }] = tasks[0]!;
  return { kit, service, tasks, id, node, here: kit.machineOf(node) };
}

/** Time goes by in small pieces, each with a look; the gravest that is said counts. */
function watch(kit: MomentRig, rung: Parameters<MomentRig['ask']>[0], forUs: number): string {
  let gravest = 'premise false';
  for (let passedUs = 0; passedUs < forUs && gravest !== 'broken'; passedUs += second) {
    kit.wait(second);
    const said = kit.ask(rung);
    if (said !== 'premise false') gravest = said;
  }
  return gravest;
}

describe('L2 sessions', () => {
  test('is red for a worker that stays without one', () => {
    const { kit, node, here } = furnished();
    const { rig, workers } = kit;
    const current = { certificate: { notAfterUs: Number.MAX_SAFE_INTEGER } };
    for (const worker of workers) Object.assign(worker.state.member, { identity: { current } });
    expect(watch(kit, workersHaveSessions, long)).toBe('held');
    workers[here - 1]!.connected = false;
    expect(watch(kit, workersHaveSessions, 8 * second)).toBe('held');
    expect(watch(kit, workersHaveSessions, long)).toBe('broken');
    // A session with a manager for whom it is down is none either.
    const other = furnished();
    for (const one of other.kit.workers) {
      Object.assign(one.state.member, { identity: { current } });
    }
    other.kit.rig.down(node === other.node ? node : other.node);
    expect(watch(other.kit, workersHaveSessions, long)).toBe('broken');
    expect(rig.nodes).toHaveLength(3);
  });
});

describe('L3 never down while it beats', () => {
  function found(silentUs: number) {
    const { kit, node } = furnished();
    const leads = { service: { leader: { lead: { term: 1 } } } } as never;
    const hear = (message: object) =>
      kit.ask(beatsKeepNodesUp, { message: message as never, manager: leads });
    hear({ kind: 'session', session: '1-1', node });
    kit.wait(second);
    hear({ kind: 'beat', session: '1-1' });
    kit.wait(silentUs);
    kit.facts.downs.push({ node, appendedUs: kit.timeUs, term: 1 });
    return kit.ask(beatsKeepNodesUp, { manager: leads });
  }

  test('holds for one that was silent for long enough, red for another', () => {
    expect(found(2 * second)).toBe('held');
    expect(found(second)).toBe('broken');
  });
});

describe('L3S silent nodes go down', () => {
  test('is red for one that stays up, and for one that is never fenced', () => {
    const { kit, node } = furnished();
    const heardUs = new Map(kit.rig.nodes.map((one) => [one, 30 * second]));
    heardUs.set(node, 0);
    kit.facts.leader = { node: 0, sinceUs: 0, heardUs, appendedUs: second };
    expect(kit.ask(silentNodesGoDown)).toBe('premise false');
    kit.facts.leader.appendedUs = 30 * second;
    expect(kit.ask(silentNodesGoDown)).toBe('broken');
    kit.rig.down(node);
    expect(kit.ask(silentNodesGoDown)).toBe('held');
    kit.wait(10 * second);
    expect(kit.ask(silentNodesGoDown)).toBe('broken');
    kit.rig.edge(node, 'fenced');
    expect(kit.ask(silentNodesGoDown)).toBe('held');
  });
});

describe('L4 replaced', () => {
  function failed(restart: object) {
    const { kit, service, id } = furnished({ template: { restart: restart as never } });
    kit.rig.behaviour = () => null;
    kit.rig.report(kit.rig.state.tasks.get(id)!.node, [
      { task: id, sequence: 99, observed: 'failed', health: 'none', exitCode: 1, reason: '' },
    ]);
    return { kit, service };
  }
  const always = { condition: 'any', delayUs: 0, maxAttempts: 0, windowUs: 0 };

  test('is red for a slot in which nothing comes after the last one', () => {
    const { kit } = failed(always);
    expect(watch(kit, crashedAreReplaced, long)).toBe('broken');
  });

  test.each([
    ['never restarts', { ...always, condition: 'none' }],
    ['has used up its restarts', { ...always, maxAttempts: 1 }],
  ])('holds for a policy that %s', (_what, restart) => {
    const { kit } = failed(restart);
    expect(watch(kit, crashedAreReplaced, long)).toBe('held');
  });

  test('is red for an end that the policy restarts after', () => {
    const { kit } = failed({ ...always, condition: 'on-failure' });
    expect(watch(kit, crashedAreReplaced, long)).toBe('broken');
  });
});

describe('L5 started', () => {
  test('is red for one that does not start, or has no container', () => {
    const { kit, id, here } = furnished();
    expect(watch(kit, assignedAreStarted, long)).toBe('held');
    kit.workers[here - 1]!.options.machine.containers.delete(id);
    kit.followMachine(here);
    expect(watch(kit, assignedAreStarted, long)).toBe('broken');
    kit.workers[here - 1]!.connected = false;
    expect(kit.ask(assignedAreStarted)).toBe('held');
  });

  test('is red for one that stays where it was assigned', () => {
    const kit = new MomentRig();
    kit.join();
    kit.rig.behaviour = () => null;
    kit.rig.service('web', { mode: { kind: 'replicated', replicas: 1 } });
    kit.rig.calm();
    expect(watch(kit, assignedAreStarted, long)).toBe('broken');
  });
});

describe('L14 started at scale', () => {
  test('is red for many of which some do not run, and says nothing of few', () => {
    const { kit } = furnished();
    expect(watch(kit, manyAreStarted, long)).toBe('premise false');
    // So many have no address here.
    kit.rig.service('many', { mode: { kind: 'replicated', replicas: 1_000 } });
    kit.rig.drive();
    kit.facts.objects.askedUs = kit.timeUs;
    expect(watch(kit, manyAreStarted, 9 * second)).toBe('premise false');
    expect(watch(kit, manyAreStarted, long)).toBe('broken');
  });

  test('holds where all run', () => {
    const kit = new MomentRig({ ...tinySettings, taskAddresses: { first: 1_000, count: 2_000 } });
    kit.furnish('many', { mode: { kind: 'replicated', replicas: 1_000 } });
    expect(watch(kit, manyAreStarted, long)).toBe('held');
  });
});

describe('L6 out of the tables', () => {
  test('is red for a table that does not know of anything, held for one that does', () => {
    const { kit, service, tasks } = furnished();
    const [network] = kit.rig.state.services.get(service)!.spec.endpoint.networks;
    const backends = tasks.map(([task, { slot, address }]) => ({ task, slot: +slot, address }));
    const learn = (from: number, revision: number) => {
      const sides = [{ specVersion: 1, weight: 100, backends: backends.slice(from) }];
      const about = { service: 'web', revision, mode: 'vip', vip: 1, gone: false } as const;
      const sent = [{ network: network!, table: { ...about, sides } }];
      for (const [at, { tables }] of kit.workers.entries()) {
        tables.learn(true, 0, revision, sent);
        const message = { kind: 'tables', tables: sent } as never;
        kit.ask(tablesAreCurrent, { message, node: 1 + at });
      }
    };
    learn(0, 1);
    expect(watch(kit, tablesAreCurrent, long)).toBe('held');
    learn(1, 2);
    expect(watch(kit, tablesAreCurrent, long)).toBe('broken');
  });

  test('is red for a task that is gone', () => {
    const { kit, service, id } = furnished();
    const [network] = kit.rig.state.services.get(service)!.spec.endpoint.networks;
    const backends = [{ task: `${id}9`, slot: 1, address: 1 }];
    const sides = [{ specVersion: 1, weight: 100, backends }];
    const about = { service: 'web', revision: 1, mode: 'vip', vip: 1, gone: false } as const;
    const [worker] = kit.workers;
    worker!.tables.learn(true, 0, 1, [{ network: network!, table: { ...about, sides } }]);
    expect(watch(kit, tablesAreCurrent, long)).toBe('broken');
  });
});

describe('L7 desired is actual', () => {
  test('is red for a container that nobody wants, and for a task without one', () => {
    const { kit, id, here } = furnished();
    kit.wait(long);
    expect(kit.ask(desiredIsActual)).toBe('held');
    kit.run(here, 'of nobody');
    expect(kit.ask(desiredIsActual)).toBe('broken');
    const { containers } = kit.workers[here - 1]!.options.machine;
    containers.delete('of nobody');
    kit.followMachine(here);
    expect(kit.ask(desiredIsActual)).toBe('held');
    containers.delete(id);
    kit.followMachine(here);
    expect(watch(kit, desiredIsActual, long)).toBe('broken');
  });
});

describe('L9 deployments end', () => {
  test('is red for one that stands still, but for one that is paused', () => {
    const { kit, service } = furnished();
    kit.rig.image(service, 'app:2');
    expect(watch(kit, deploymentsEnd, 2 * second)).toBe('held');
    const { deployment, spec } = kit.rig.state.services.get(service)!;
    const dueUs = spec.update.progressDeadlineUs + long;
    expect(watch(kit, deploymentsEnd, dueUs)).toBe('broken');
    Object.assign(kit.rig.state.deployments.edit(deployment), { paused: 'asked' });
    expect(kit.ask(deploymentsEnd)).toBe('premise false');
  });

  test('counts from the newest step', () => {
    const { kit, service } = furnished();
    kit.rig.image(service, 'app:2');
    const { deployment, spec } = kit.rig.state.services.get(service)!;
    kit.wait(spec.update.progressDeadlineUs + long);
    kit.rig.state.deployments.edit(deployment);
    kit.rig.lead({ kind: 'barrier' });
    expect(kit.ask(deploymentsEnd)).toBe('held');
  });
});

describe('L10 no task waits in vain', () => {
  test('is red for one that a node would take, not for one that none would', () => {
    const kit = new MomentRig();
    kit.join();
    const { rig } = kit;
    const some = rig.service('web', { mode: { kind: 'replicated', replicas: 1 } });
    const reconcile = { kind: 'reconcile', slots: [{ service: some, slot: '1' }] } as const;
    rig.lead(reconcile);
    expect(watch(kit, placedWhereTheyFit, 2 * second)).toBe('premise false');
    expect(watch(kit, placedWhereTheyFit, long)).toBe('broken');
    const full = new MomentRig();
    full.join();
    const reservations = { cpuMillis: 99_000, memoryBytes: 0 };
    full.rig.service('big', { template: { reservations } });
    full.rig.calm();
    expect(watch(full, placedWhereTheyFit, long)).toBe('premise false');
  });

  test('begins anew with a new leader', () => {
    const kit = new MomentRig();
    kit.join();
    const some = kit.rig.service('web', { mode: { kind: 'replicated', replicas: 1 } });
    kit.rig.lead({ kind: 'reconcile', slots: [{ service: some, slot: '1' }] });
    watch(kit, placedWhereTheyFit, 2 * second);
    kit.facts.barrierUs = kit.timeUs;
    expect(watch(kit, placedWhereTheyFit, 2 * second)).toBe('premise false');
  });
});

describe('L11 drains end', () => {
  test('is red for a node that is not empty in the end', () => {
    const { kit, node } = furnished();
    const { spec, version } = kit.rig.state.nodes.get(node)!;
    const drained = { ...spec, availability: 'drain' } as const;
    kit.rig.ask({ kind: 'update-node', node, version, spec: drained });
    expect(watch(kit, drainsEnd, long)).toBe('broken');
    kit.pass(long);
    expect(watch(kit, drainsEnd, long)).toBe('held');
  });
});

describe('L12 nothing is left', () => {
  test('is red for a service that stays, and holds when it is gone', () => {
    const { kit, service } = furnished();
    kit.rig.behaviour = () => null;
    kit.rig.ask({ kind: 'remove-service', service, version: 0 });
    kit.wait(long);
    expect(kit.ask(nothingIsLeft)).toBe('broken');
    const other = kit.rig.service('other');
    kit.rig.behaviour = ({ desired }) => (desired === 'remove' ? 'shutdown' : null);
    kit.pass(long);
    expect(kit.rig.state.services.get(service)).toBeUndefined();
    expect(kit.rig.state.services.get(other)).toBeDefined();
    expect(kit.ask(nothingIsLeft)).toBe('held');
  });

  test('is red for more ended tasks than are kept, also where they go on ending', () => {
    const { kit, service, id } = furnished();
    const row = kit.rig.state.tasks.get(id)!;
    for (let number = 0; number < 7; number += 1) {
      const ended = { ...row, observed: 'complete' as const, address: 0, ports: [] };
      kit.rig.state.tasks.insert(`1-9-${number}`, ended);
    }
    kit.rig.lead({ kind: 'barrier' });
    kit.wait(long);
    expect(kit.ask(nothingIsLeft)).toBe('broken');
    kit.facts.objects.changedUs.set(`${service}/${row.slot}`, kit.timeUs);
    expect(kit.ask(nothingIsLeft)).toBe('broken');
  });

  test('is red for a claim of a task that is gone', () => {
    const { kit, node } = furnished();
    const spec = { name: 'v', labels: [], driver: 'shared', exclusive: true } as const;
    kit.rig.ask({ kind: 'create-volume', spec: { ...spec, node: '', sizeBytes: 0 } });
    const volume = kit.rig.state.named('volume', 'v')!;
    kit.wait(long);
    expect(kit.ask(nothingIsLeft)).toBe('held');
    const claim = { task: 'nobody', node, epoch: 3 };
    Object.assign(kit.rig.state.volumes.edit(volume), { claim });
    expect(kit.ask(nothingIsLeft)).toBe('broken');
  });
});

describe('L13 controllers rest', () => {
  test('is red for a leader that proposes what changes nothing', () => {
    const kit = new MomentRig();
    kit.wait(10 * second);
    expect(kit.ask(controllersRest)).toBe('premise false');
    kit.wait(2 * second);
    expect(kit.ask(controllersRest)).toBe('held');
    kit.facts.idleEntries += 5 * kit.facts.world.serverCount;
    expect(kit.ask(controllersRest)).toBe('premise false');
    kit.facts.idleEntries += 1;
    expect(kit.ask(controllersRest)).toBe('broken');
  });
});

describe('S10 and S32A', () => {
  test('are red for a store that is not the one of the log', () => {
    const { kit, id } = furnished();
    const manager = { service: { machine: kit.rig.machine } } as never;
    expect(kit.ask(managersAgree, { manager })).toBe('held');
    expect(kit.ask(tablesAddUp)).toBe('held');
    Object.assign(kit.rig.state.tasks.edit(id), { reason: 'in passing' });
    kit.rig.state.settle();
    expect(kit.ask(managersAgree, { manager })).toBe('broken');
    Object.assign(kit.rig.state.tasks.edit(id), { address: 0 });
    expect(kit.ask(tablesAddUp)).toBe('broken');
    Object.assign(kit.facts.oracle, { fault: new Error('it threw') });
    expect(kit.ask(managersAgree, { manager })).toBe('broken');
  });
});
