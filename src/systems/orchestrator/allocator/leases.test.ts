import { expect, test } from 'vitest';
import { ClusterMachine } from '../state/machine.ts';
import { obedient, Rig, tinySettings } from '../test-rig.ts';

const replicas = (count: number) => ({ kind: 'replicated', replicas: count }) as const;
const endpoint = { mode: 'vip', networks: ['a', 'b', 'c'] } as const;

test('a task’s address is free when the task is over on its worker, not when it is to stop', () => {
  const rig = new Rig({ ...tinySettings, taskAddresses: { first: 10, count: 2 } }).audited();
  rig.node();
  const web = rig.service('web', { mode: replicas(2) });
  rig.calm();
  const addresses = rig.tasks(web).map(([, task]) => task.address);
  expect(addresses).toEqual([10, 11]);
  rig.behaviour = (task, id) => (task.desired === 'remove' ? null : obedient(task, id));
  rig.ask({ kind: 'remove-service', service: web, version: 0 });
  const api = rig.service('api', { mode: replicas(2) });
  rig.calm();
  expect(rig.tasks(api).map(([, task]) => task.observed)).toEqual(['new', 'new']);
  rig.behaviour = obedient;
  rig.calm();
  expect(rig.running(api)).toHaveLength(2);
  expect(
    rig
      .tasks(api)
      .map(([, task]) => task.address)
      .sort(),
  ).toEqual([10, 11]);
});

test('a service gets all its addresses and ports or is not made', () => {
  const rig = new Rig().audited();
  rig.service('a', { endpoint });
  const web = rig.service('b', { endpoint });
  const { spec } = rig.state.services.get(web)!;
  const ask = (name: string, networks: readonly string[], hostPort: number) => {
    const port = { containerPort: 80, protocol: 'tcp', publish: 'ingress', hostPort } as const;
    const template = { ...spec.template, ports: [port] };
    const made = { ...spec, name, template, endpoint: { mode: 'vip', networks } } as const;
    return rig.ask({ kind: 'create-service', spec: made });
  };
  expect(ask('c', ['a', 'b', 'c'], 0)).toMatchObject({ why: 'exhausted' });
  expect(ask('c', ['a', 'b'], 80)).toMatchObject({ kind: 'object' });
  expect(ask('d', [], 80)).toMatchObject({ why: 'invalid' });
  rig.ask({ kind: 'remove-service', service: web, version: 0 });
  expect(ask('d', ['a'], 80)).toMatchObject({ why: 'exhausted' });
  expect(ask('d', ['a'], 81)).toMatchObject({ kind: 'object' });
});

test('a restored manager gives out what the other one would have given out', () => {
  const rig = new Rig();
  rig.node();
  rig.service('a', { endpoint });
  rig.ask({ kind: 'remove-service', service: rig.service('b'), version: 0 });
  rig.calm();
  const copy = new ClusterMachine(tinySettings);
  // Not an empty one: what it had before must not be mixed in.
  copy.apply({ index: 1, kind: 'noop', data: new Uint8Array(0) });
  copy.restore(rig.machine.save());
  const twin = new Rig();
  twin.machine.restore(rig.machine.save());
  twin.failOver();
  twin.term = rig.term;
  const before = new Set(rig.state.addresses.keys(0));
  const next = (one: Rig) => {
    one.lead({ kind: 'open-session', owner: 'x' });
    const { applied } = one.machine;
    const spec = { ...rig.state.services.get(rig.state.named('service', 'a')!)!.spec, name: 'z' };
    one.send(applied, 1, 1, { kind: 'create-service', spec });
    return one.state.addresses.keys(0);
  };
  expect(next(twin)).toEqual(next(rig));
  expect(twin.machine.hash()).toBe(rig.machine.hash());
  expect(rig.state.addresses.keys(0).filter((address) => !before.has(address))).toHaveLength(3);
  expect(copy.applied).toBeGreaterThan(1);
});

test('a restore replaces everything', () => {
  const rig = new Rig();
  const empty = rig.machine.save();
  rig.node();
  rig.service('web', { mode: replicas(3) });
  rig.calm();
  const machine = new ClusterMachine(tinySettings);
  machine.restore(rig.machine.save());
  expect(machine.hash()).toBe(rig.machine.hash());
  machine.restore(empty);
  expect(machine.hash()).toBe(new ClusterMachine(tinySettings).hash());
  expect([machine.state.index.services.size, machine.state.names.size]).toEqual([0, 0]);
});
