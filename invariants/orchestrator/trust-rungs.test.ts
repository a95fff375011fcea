import { describe, expect, test } from 'vitest';
import { serviceTable } from '../../src/systems/orchestrator/network/service-table.ts';
import { second } from '../../src/systems/orchestrator/test-rig.ts';
import { callersAreThemselves } from './callers.ts';
import { disguises } from './disguises.ts';
import { MomentRig } from './moment-kit.ts';
import { noPlaintext, secretsStayInScope } from './secrets.ts';
import { tablesGoForward, trafficGoesToTheWell } from './traffic.ts';

const value = new TextEncoder().encode('a canary that sings in no log');

describe('S11 identity of callers', () => {
  function said() {
    const kit = new MomentRig();
    const [node] = kit.join();
    const say = (message: object, peer: number) =>
      kit.ask(callersAreThemselves, { message: message as never, peer, node: 0 });
    return { say, begun: { kind: 'session', session: '1-1', node } };
  }

  test('holds for its own machine, red for another', () => {
    const { say, begun } = said();
    expect(say(begun, 1)).toBe('held');
    expect(say({ kind: 'beat-heard', session: '1-1' }, 1)).toBe('held');
    expect(say({ kind: 'beat-heard', session: '1-1' }, 2)).toBe('broken');
    expect(say(begun, 2)).toBe('broken');
  });

  test('is red when the name of a session comes again', () => {
    const kit = new MomentRig();
    const [one, other] = kit.join();
    const say = (node: string | undefined, peer: number) => {
      const message = { kind: 'session', session: '1-1', node } as never;
      return kit.ask(callersAreThemselves, { message, peer });
    };
    expect(say(one, 1)).toBe('held');
    expect(say(other, 2)).toBe('broken');
  });
});

describe('S12 no plaintext', () => {
  /** A worker whose memory has a value, and a disk that holds some bytes. */
  function learned(bytes: Uint8Array) {
    const kit = new MomentRig();
    kit.join();
    const disk = {
      cachedFiles: () => ['worker/a'],
      images: () => ({ cached: bytes, cachedLength: bytes.length }),
    };
    Object.assign(kit.facts.world, { disk: () => disk });
    kit.workers[0]!.secrets.set('k0/1', value);
    const ask = (given: object) => kit.ask(noPlaintext, given);
    return { ask, about: { worker: kit.workerAt(1), node: 1 } };
  }

  test('holds where nothing of it stands', () => {
    const { ask, about } = learned(new Uint8Array(64));
    expect(ask(about)).toBe('held');
    expect(ask({})).toBe('held');
  });

  test('is red for a disk that has it in any disguise', () => {
    for (const disguise of disguises(value)) {
      const { ask, about } = learned(new Uint8Array([1, 2, ...disguise, 3]));
      expect(ask(about)).toBe('broken');
    }
  });

  test('is red for a message in which it is not sealed', () => {
    const { ask, about } = learned(new Uint8Array(4));
    ask(about);
    const assign = (sealed: Uint8Array) => ({
      message: { kind: 'assign', tasks: [], secrets: [{ name: 'k0', version: 1, sealed }] },
    });
    expect(ask(assign(new Uint8Array(40)))).toBe('held');
    expect(ask(assign(value))).toBe('broken');
  });
});

describe('S13 scope of secrets', () => {
  const secrets = [{ source: 'k0', version: 0, target: '/run/it' }];

  function named() {
    const kit = new MomentRig();
    kit.join();
    const service = kit.furnish();
    const [id, { node }] = kit.rig.tasks(service)[0]!;
    const row = kit.rig.state.revisions.edit(service, 1);
    const { spec } = row;
    const template = { ...spec.template, secrets };
    Object.assign(row, { spec: { ...spec, template }, secrets: [3] });
    const here = kit.machineOf(node);
    return { kit, id, here, to: kit.rig.state.applied };
  }

  test('is red for a node without a task that names it', () => {
    const { kit, here, to } = named();
    kit.facts.members.certified(3, 'nobody');
    const deliver = (peer: number, version: number) => {
      const sent = [{ name: 'k0', version, sealed: value }];
      const message = { kind: 'assign', to, secrets: sent, tasks: [] } as never;
      return kit.ask(secretsStayInScope, { message, peer });
    };
    expect(deliver(here, 3)).toBe('held');
    expect(deliver(here, 2)).toBe('broken');
    expect(deliver(3, 3)).toBe('broken');
  });

  test('is red for a value that is kept after its last task', () => {
    const { kit, id, here } = named();
    const core = kit.workers[here - 1]!;
    core.secrets.set('k0/3', value);
    const held = kit.hold(here, id);
    held.assigned = { ...held.assigned, secrets: [3] };
    const ask = () => kit.ask(secretsStayInScope, { worker: kit.workerAt(here), node: here });
    expect(ask()).toBe('held');
    held.status = { ...held.status, observed: 'complete' };
    expect(ask()).toBe('broken');
  });
});

describe('S22 traffic', () => {
  function table() {
    const kit = new MomentRig();
    const service = kit.furnish();
    const tasks = kit.rig.tasks(service);
    const candidates = tasks.map(([task, { slot, address }]) => {
      const well = { running: true, healthy: true, wanted: true };
      return { task, slot: Number(slot), address, specVersion: 1, ...well };
    });
    const head = { service: 'web', revision: kit.rig.state.applied, mode: 'vip', vip: 1 } as const;
    const shares = { from: 0, to: 1, weight: 100 };
    const lawful = serviceTable(head, candidates, shares);
    const say = (sent: object) => {
      const message = { kind: 'tables', tables: [{ network: 'n', table: sent }] } as never;
      return kit.ask(trafficGoesToTheWell, { message });
    };
    return { kit, service, tasks, lawful, say };
  }

  test('holds for all that are well', () => {
    const { lawful, say } = table();
    expect(say(lawful)).toBe('held');
  });

  test('is red for a task that has ended, one of another service, and one address twice', () => {
    const { kit, tasks, lawful, say } = table();
    const [side] = lawful.sides;
    const [one] = side!.backends;
    const other = { ...one!, task: 'of another' };
    expect(say({ ...lawful, sides: [{ ...side!, backends: [other] }] })).toBe('broken');
    expect(say({ ...lawful, sides: [{ ...side!, backends: [one, one] }] })).toBe('broken');
    kit.rig.behaviour = (_task, id) => (id === tasks[0]![0] ? 'failed' : null);
    kit.pass(second / 10);
    const { applied } = kit.rig.state;
    expect(say(lawful)).toBe('held');
    expect(say({ ...lawful, revision: applied })).toBe('broken');
  });

  test('is red for weights that are not the ones of the deployment', () => {
    const { kit, service, lawful, say } = table();
    const [side] = lawful.sides;
    expect(say({ ...lawful, sides: [{ ...side!, weight: 90 }] })).toBe('broken');
    const none = { ...side!, weight: 0 };
    expect(say({ ...lawful, sides: [none, { ...side!, weight: 100 }] })).toBe('broken');
    // A switch to what is not there yet, by an entry of its own.
    Object.assign(kit.rig.state.services.edit(service), { share: { revision: 2, weight: 100 } });
    kit.rig.lead({ kind: 'barrier' });
    const { applied } = kit.rig.state;
    expect(say({ ...lawful, revision: applied })).toBe('broken');
    expect(say(lawful)).toBe('held');
  });

  test('is red for a table of the future, and of a service that nobody made', () => {
    const { lawful, say } = table();
    expect(say({ ...lawful, revision: lawful.revision + 1 })).toBe('broken');
    expect(say({ ...lawful, service: 'other' })).toBe('broken');
  });
});

describe('S22F tables go forward', () => {
  test('is red when a worker goes back to an older table', () => {
    const kit = new MomentRig();
    const table = (revision: number) => ({
      ...{ service: 'web', revision, mode: 'vip' as const, vip: 1, sides: [], gone: false },
    });
    let known = table(5);
    const tables = { network: () => ({ table: () => known }) };
    Object.assign(kit.workers[0]!, { tables });
    const message = { kind: 'tables', tables: [{ network: 'n', table: table(4) }] } as never;
    const about = { message, node: 1, worker: kit.workerAt(1) };
    expect(kit.ask(tablesGoForward, about)).toBe('held');
    known = table(4);
    expect(kit.ask(tablesGoForward, about)).toBe('broken');
  });
});
