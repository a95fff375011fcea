import { expect, test } from 'vitest';
import { placementDefaults } from '../specs/placement.ts';
import type { ReconnectPick } from '../specs/task-template.ts';
import { obedient, Rig, report, second } from '../test-rig.ts';
import { isDrained } from './eligible.ts';

const replicas = (count: number) => ({ kind: 'replicated', replicas: count }) as const;

/** One task, its node down and its place taken; then the node comes back. Gives who stays. */
function reconnect(pick: ReconnectPick): { stays: string; stopped: string } {
  const rig = new Rig().audited();
  rig.node();
  rig.node();
  const web = rig.service('web', {
    mode: replicas(1),
    template: { disconnect: { kind: 'keep', pick } },
  });
  rig.pass(second);
  const [original] = rig.tasks(web)[0]!;
  rig.down(rig.state.tasks.get(original)!.node);
  rig.pass(second);
  const live = rig.tasks(web).filter(([id]) => id !== original);
  expect(live.map(([, task]) => task.observed)).toEqual(['running']);
  expect(rig.state.tasks.get(original)).toMatchObject({ desired: 'running', observed: 'running' });
  rig.up(rig.state.tasks.get(original)!.node);
  rig.drive();
  const wanted = rig.tasks(web).filter(([, task]) => task.desired === 'running');
  expect(wanted).toHaveLength(1);
  rig.calm();
  const name = (id: string) => (id === original ? 'original' : 'replacement');
  const over = rig.tasks(web).filter(([, task]) => task.observed === 'shutdown');
  return { stays: name(wanted[0]![0]), stopped: over.map(([id]) => name(id)).join() };
}

test('a node that was down comes back: the service has chosen who stays', () => {
  const original = { stays: 'original', stopped: 'replacement' };
  expect(reconnect('original')).toEqual(original);
  expect(reconnect('longest-running')).toEqual(original);
  expect(reconnect('healthiest')).toEqual(original);
  expect(reconnect('replacement')).toEqual({ stays: 'replacement', stopped: 'original' });
});

test('fence: a task is replaced when its lease is over, and not when its node is only down', () => {
  const rig = new Rig().audited();
  rig.node();
  rig.node();
  const disconnect = { kind: 'fence' } as const;
  const web = rig.service('web', { mode: replicas(1), template: { disconnect } });
  rig.calm();
  const [id, { node }] = rig.tasks(web)[0]!;
  rig.down(node);
  rig.pass(60 * second);
  expect(rig.tasks(web)).toHaveLength(1);
  rig.edge(node, 'fenced');
  rig.calm();
  expect(rig.state.tasks.get(id)!.desired).toBe('shutdown');
  expect(rig.running(web)).toEqual(['1@1']);
  expect(rig.tasks(web).at(-1)![1].node).not.toBe(node);
});

test('a drain moves tasks, and is over when the last one is over on the worker', () => {
  const rig = new Rig().audited();
  rig.node();
  rig.node();
  const web = rig.service('web', { mode: replicas(4) });
  const everywhere = rig.service('agent', { mode: { kind: 'global' } });
  rig.calm();
  const [node] = rig.nodes as [string, string];
  rig.behaviour = (task, id) => (task.desired === 'shutdown' ? null : obedient(task, id));
  const { spec } = rig.state.nodes.get(node)!;
  rig.ask({ kind: 'update-node', node, version: 0, spec: { ...spec, availability: 'drain' } });
  rig.calm();
  expect(isDrained(rig.state, node)).toBe(false);
  expect(rig.running(web)).toHaveLength(2);
  rig.behaviour = obedient;
  rig.calm();
  expect(isDrained(rig.state, node)).toBe(true);
  expect([rig.running(web).length, rig.running(everywhere).length]).toEqual([4, 1]);
});

test('a paused node keeps what it has and gets nothing; a global service leaves it as it is', () => {
  const rig = new Rig().audited();
  rig.node();
  rig.node();
  const agent = rig.service('agent', { mode: { kind: 'global' } });
  rig.calm();
  const [node] = rig.nodes as [string, string];
  const { spec } = rig.state.nodes.get(node)!;
  rig.ask({ kind: 'update-node', node, version: 0, spec: { ...spec, availability: 'pause' } });
  rig.image(agent, 'app:2');
  rig.pass(60 * second);
  expect(rig.running(agent)).toEqual([`${node}@1`, `${rig.nodes[1]}@2`].sort());
  rig.ask({ kind: 'update-node', node, version: 0, spec });
  rig.pass(60 * second);
  expect(rig.running(agent)).toEqual(rig.nodes.map((id) => `${id}@2`).sort());
});

test('a node goes for good: its tasks are given up, its id and its late words count no more', () => {
  const rig = new Rig().audited();
  rig.node();
  rig.node();
  const web = rig.service('web', { mode: replicas(2) });
  rig.calm();
  const [node] = rig.nodes as [string, string];
  const late = rig.tasks(web).find(([, task]) => task.node === node)!;
  const { registration, spec, description } = rig.state.nodes.get(node)!;
  expect(rig.ask({ kind: 'remove-node', node })).toMatchObject({ why: 'in-use' });
  rig.down(node);
  rig.edge(node, 'fenced');
  expect(rig.ask({ kind: 'remove-node', node })).toEqual({ kind: 'done' });
  expect(rig.state.tasks.get(late[0])!.observed).toBe('orphaned');
  rig.calm();
  expect(rig.running(web)).toHaveLength(2);
  const reports = [report(late[0], late[1], 'running')];
  const said = rig.lead({ kind: 'report', node, registration, reports });
  expect(said).toMatchObject({ kind: 'refused', why: 'not-found' });
  const again = rig.lead({ kind: 'register-node', node, spec, description });
  expect(again).toMatchObject({ kind: 'refused', why: 'not-found' });
});

test('tasks of a node that stays away are given up after a day, not before', () => {
  const rig = new Rig().audited();
  rig.node();
  rig.service('web', { mode: replicas(2) });
  rig.calm();
  const [node] = rig.nodes as [string];
  rig.down(node);
  rig.failOver();
  rig.pass(rig.state.settings.orphanUs + 1);
  // Not before it has stopped what is to be fenced.
  expect(rig.state.index.loads.has(node)).toBe(true);
  rig.edge(node, 'fenced');
  rig.calm();
  expect(rig.state.index.loads.has(node)).toBe(false);
});

test('the claim of a task that its node has never heard of ends when the task is given up', () => {
  const rig = new Rig().audited();
  rig.node();
  const spec = { name: 'v', labels: [], driver: 'local', exclusive: true, node: '', sizeBytes: 0 };
  rig.ask({ kind: 'create-volume', spec: { ...spec, driver: 'local' } });
  rig.behaviour = () => null;
  rig.service('db', {
    mode: replicas(1),
    template: { volumes: [{ source: 'v', target: '/data', readOnly: false }] },
  });
  rig.calm();
  const [node] = rig.nodes as [string];
  const [volume] = rig.state.volumes.keys() as string[];
  expect(rig.state.volumes.get(volume!)!.claim).toMatchObject({ node });
  rig.down(node);
  rig.edge(node, 'fenced');
  rig.pass(rig.state.settings.orphanUs + 1);
  expect(rig.state.volumes.get(volume!)!.claim).toBeNull();
});

test('reports: never backwards, never older than the newest, only of one’s own and of now', () => {
  const rig = new Rig().audited();
  rig.node();
  rig.node();
  const web = rig.service('web', { mode: replicas(1) });
  rig.calm();
  const [id, task] = rig.tasks(web)[0]!;
  const node = task.node;
  const other = rig.nodes.find((one) => one !== node)!;
  const said = (observed: 'ready' | 'running', sequence: number, from: string = node) =>
    rig.report(from, [{ ...report(id, rig.state.tasks.get(id)!, observed), sequence }]);
  const newest = rig.state.tasks.get(id)!.sequence;
  expect(said('ready', newest + 1)).toEqual({ kind: 'batch', effective: 0 });
  expect(said('running', newest)).toEqual({ kind: 'batch', effective: 0 });
  expect(said('running', newest + 1, other)).toEqual({ kind: 'batch', effective: 0 });
  expect(said('running', newest + 1)).toEqual({ kind: 'batch', effective: 1 });
  rig.edge(node, 'down');
  expect(said('running', newest + 2)).toMatchObject({ kind: 'refused', why: 'stale' });
  const { registration } = rig.state.nodes.get(node)!;
  rig.up(node);
  const edges = [{ node, registration, status: 'down' } as const];
  expect(rig.lead({ kind: 'node-edges', edges })).toEqual({ kind: 'batch', effective: 0 });
});

test('a node that is no longer of the kind loses the tasks that asked for it, and only those', () => {
  const rig = new Rig().audited();
  const labels = [{ key: 'disk', value: 'ssd' }];
  for (let node = 0; node < 2; node++) rig.node({ labels });
  const constraints = [{ attribute: 'node.labels.disk', operator: '==', value: 'ssd' } as const];
  const placement = { ...placementDefaults, constraints };
  const picky = rig.service('picky', { mode: replicas(2), template: { placement } });
  const agent = rig.service('agent', { mode: { kind: 'global' }, template: { placement } });
  const other = rig.service('other', { mode: replicas(2) });
  rig.calm();
  const [node, left] = rig.nodes as [string, string];
  const { spec } = rig.state.nodes.get(node)!;
  rig.ask({ kind: 'update-node', node, version: 0, spec: { ...spec, labels: [] } });
  rig.calm();
  const places = (service: string) =>
    rig
      .tasks(service)
      .filter(([, task]) => task.observed === 'running')
      .map(([, task]) => task.node);
  expect([places(picky), places(agent)]).toEqual([[left, left], [left]]);
  expect(new Set(places(other)).size).toBe(2);
});

test('a returned task that is to stop holds its slot until it is over', () => {
  const rig = new Rig().audited();
  rig.node();
  rig.node();
  const disconnect = { kind: 'keep', pick: 'replacement' } as const;
  const restart = { condition: 'any', delayUs: 0, maxAttempts: 0, windowUs: 0 } as const;
  const web = rig.service('web', { mode: replicas(1), template: { disconnect, restart } });
  rig.calm();
  const [old, { node }] = rig.tasks(web)[0]!;
  rig.down(node);
  rig.calm();
  const [standIn] = rig.tasks(web).at(-1)!;
  rig.up(node);
  rig.behaviour = (task, id) => {
    if (id === old) return null;
    return id === standIn && task.observed === 'running' ? 'failed' : obedient(task, id);
  };
  rig.calm();
  expect(rig.tasks(web).at(-1)![1]).toMatchObject({ desired: 'ready', observed: 'ready' });
  rig.behaviour = obedient;
  rig.calm();
  expect(rig.tasks(web).at(-1)![1]).toMatchObject({ desired: 'running', observed: 'running' });
});
