import { expect, test } from 'vitest';
import { placementDefaults } from '../specs/placement.ts';
import type { TaskTemplate } from '../specs/task-template.ts';
import { volumeSpec } from '../specs/volume-spec.ts';
import { obedient, Rig, second, tinySettings } from '../test-rig.ts';
import { explainPending } from './schedule.ts';

const replicas = (count: number) => ({ kind: 'replicated', replicas: count }) as const;
const cpu = (cpuMillis: number) => ({ cpuMillis, memoryBytes: 0 });

/** How many tasks that are not over each node has. */
const counts = (rig: Rig) =>
  rig.nodes.map((node) => rig.state.index.loads.get(node)?.tasks.size ?? 0);

function cluster(nodes: number): Rig {
  const rig = new Rig().audited();
  for (let node = 0; node < nodes; node++) rig.node();
  return rig;
}

const placed = (more: Partial<TaskTemplate['placement']>) => ({
  placement: { ...placementDefaults, ...more },
});

test('spread: one pass counts what it has placed itself, and all services are spread by themselves', () => {
  const rig = cluster(3);
  rig.service('a', { mode: replicas(7) });
  rig.service('b', { mode: replicas(2) });
  rig.calm();
  expect(counts(rig).sort()).toEqual([3, 3, 3]);
});

test('tasks that only prepare count too: an update without a limit stays spread', () => {
  const rig = new Rig({ ...tinySettings, batch: 1 }).audited();
  for (const disk of ['hdd', 'ssd', 'ssd']) rig.node({ labels: [{ key: 'disk', value: disk }] });
  const constraints = [{ attribute: 'node.labels.disk', operator: '==', value: 'ssd' } as const];
  // One node is much emptier than the others: that is no reason to put all of a service there.
  rig.service('ballast', { mode: replicas(12), template: placed({ constraints }) });
  const strategy = { kind: 'rolling', parallelism: 0, delayUs: 0, order: 'stop-first' } as const;
  const web = rig.service('web', { mode: replicas(6), update: updateOf(strategy) });
  rig.calm();
  // Each entry by another leader: what has been placed is in the store alone.
  rig.failsOver = true;
  rig.image(web, 'app:2');
  rig.pass(60 * second);
  const nodes = rig.tasks(web).filter(([, task]) => task.observed === 'running');
  for (const node of rig.nodes) {
    expect(nodes.filter(([, task]) => task.node === node)).toHaveLength(2);
  }
});

const updateOf = (strategy: {
  readonly kind: 'rolling';
  readonly parallelism: number;
  readonly delayUs: number;
  readonly order: 'stop-first';
}) => ({
  strategy,
  monitorUs: 0,
  maxFailurePerMille: 0,
  onFailure: 'pause' as const,
  progressDeadlineUs: 60 * second,
});

test('binpack: the fullest node that will do', () => {
  const rig = cluster(3);
  const template = { ...placed({ strategy: 'binpack' }), reservations: cpu(1_500) };
  rig.service('a', { mode: replicas(3), template });
  rig.calm();
  expect(counts(rig)).toEqual([2, 1, 0]);
});

test('preferences: even over the values of a label, whatever the number of nodes', () => {
  const rig = new Rig().audited();
  for (const zone of ['x', 'y', 'y', 'y']) rig.node({ labels: [{ key: 'zone', value: zone }] });
  rig.service('a', { mode: replicas(6), template: placed({ preferences: ['node.labels.zone'] }) });
  rig.calm();
  expect(counts(rig)).toEqual([3, 1, 1, 1]);
});

test('a task that no node will do for says why, and is placed when one comes', () => {
  const rig = new Rig().audited();
  rig.node({ availability: 'drain' });
  rig.node({ labels: [{ key: 'disk', value: 'hdd' }] });
  rig.node({ labels: [{ key: 'disk', value: 'ssd' }] }, 500);
  const constraints = [{ attribute: 'node.labels.disk', operator: '==', value: 'ssd' } as const];
  const template = {
    ...placed({ constraints, architectures: ['amd64'] }),
    reservations: cpu(1_000),
  };
  const web = rig.service('web', { mode: replicas(2), template });
  rig.calm();
  const [id] = rig.tasks(web)[0]!;
  expect(explainPending(rig.state, id)).toBe(
    'no node will do: availability: 1 (it is set to drain); ' +
      'constraints: 1 (node.labels.disk == ssd does not hold); resources: 1 (too little processor)',
  );
  rig.node({ labels: [{ key: 'disk', value: 'ssd' }] });
  rig.calm();
  expect(rig.running(web)).toHaveLength(2);
  expect(explainPending(rig.state, id)).toBe('it does not wait for a node');
});

test('a task that did not fit goes to a node as soon as another one there is over', () => {
  const rig = cluster(1);
  const first = rig.service('a', { mode: replicas(1), template: { reservations: cpu(3_000) } });
  const later = rig.service('b', { mode: replicas(1), template: { reservations: cpu(3_000) } });
  rig.calm();
  expect([rig.running(first), rig.running(later)]).toEqual([['1@1'], []]);
  rig.ask({ kind: 'remove-service', service: first, version: 0 });
  rig.calm();
  expect(rig.running(later)).toEqual(['1@1']);
});

test('a task that was turned down for a plan is tried again when the plan does not come true', () => {
  const rig = cluster(1);
  const first = rig.service('a', { mode: replicas(1), template: { reservations: cpu(3_000) } });
  const later = rig.service('b', { mode: replicas(1), template: { reservations: cpu(3_000) } });
  for (const command of rig.controllers.pass(rig.timeUs)) rig.lead(command);
  // The one assignment that fits is proposed and gets lost.
  const lost = rig.controllers.pass(rig.timeUs);
  expect(lost).toMatchObject([{ kind: 'assign', assignments: [{ node: rig.nodes[0] }] }]);
  rig.ask({ kind: 'remove-service', service: first, version: 0 });
  rig.calm();
  expect(rig.running(later)).toEqual(['1@1']);
});

test('at most so many slots of a service a node, and host ports once each', () => {
  const rig = cluster(3);
  const a = rig.service('a', { mode: replicas(5), template: placed({ maxPerNode: 1 }) });
  const ports = [{ containerPort: 80, protocol: 'tcp', publish: 'host', hostPort: 8_080 } as const];
  const b = rig.service('b', { mode: replicas(5), template: { ports } });
  rig.calm();
  expect([rig.running(a).length, rig.running(b).length]).toEqual([3, 3]);
  const any = [{ containerPort: 80, protocol: 'tcp', publish: 'host', hostPort: 0 } as const];
  const c = rig.service('c', { mode: replicas(12), template: { ports: any } });
  rig.calm();
  expect(rig.running(c)).toHaveLength(9);
});

test('five failures in five minutes put a node last, until they are long ago', () => {
  const rig = cluster(2);
  const restart = { condition: 'any', delayUs: 0, maxAttempts: 0, windowUs: 0 } as const;
  const web = rig.service('web', { mode: replicas(1), template: { restart } });
  rig.calm();
  const [bad] = rig.tasks(web)[0]!;
  const node = rig.state.tasks.get(bad)!.node;
  rig.behaviour = (task, id) =>
    task.node === node && task.observed === 'running' ? 'failed' : obedient(task, id);
  // The penalty is what moves it: without one the same node is as good as the other.
  const rows = () => rig.state.penalties.get(node, web)?.times.length ?? 0;
  rig.pass(10 * second);
  expect(rows()).toBe(5);
  expect(rig.tasks(web).at(-1)![1].node).not.toBe(node);
  const busy = rig.tasks(web).at(-1)![1].node;
  rig.behaviour = obedient;
  rig.pass(301 * second);
  const { spec } = rig.state.nodes.get(busy)!;
  rig.ask({
    kind: 'update-node',
    node: busy,
    version: 0,
    spec: { ...spec, availability: 'drain' },
  });
  rig.calm();
  expect(rig.tasks(web).at(-1)![1].node).toBe(node);
});

test('a local volume ties its tasks to a node; an exclusive one is given out once, by epochs', () => {
  const rig = cluster(3);
  rig.ask({ kind: 'create-volume', spec: volumeSpec('disk', { node: 'n2' }) });
  rig.ask({
    kind: 'create-volume',
    spec: volumeSpec('san', { driver: 'shared', exclusive: true }),
  });
  const mount = (source: string) => ({ volumes: [{ source, target: '/data', readOnly: false }] });
  const local = rig.service('local', { mode: replicas(2), template: mount('disk') });
  const shared = rig.service('shared', { mode: replicas(2), template: mount('san') });
  rig.calm();
  expect(rig.tasks(local).map(([, task]) => task.node)).toEqual([rig.nodes[1], rig.nodes[1]]);
  expect(rig.running(shared)).toHaveLength(1);
  const volume = rig.state.named('volume', 'san')!;
  const before = rig.state.volumes.get(volume)!.claim!;
  // Down is not enough: the worker may still have it open. Fenced is.
  rig.down(before.node);
  rig.calm();
  expect(rig.state.volumes.get(volume)!.claim).toEqual(before);
  rig.edge(before.node, 'fenced');
  rig.calm();
  const after = rig.state.volumes.get(volume)!.claim!;
  expect(after.epoch).toBeGreaterThan(before.epoch);
  expect(rig.running(shared)).toHaveLength(1);
  const late = { node: before.node, volume, epoch: before.epoch };
  expect(rig.lead({ kind: 'unmounted', ...late })).toMatchObject({ kind: 'refused', why: 'stale' });
  const gone = rig.ask({ kind: 'remove-volume', volume });
  expect(gone).toMatchObject({ kind: 'refused', why: 'in-use' });
});
