import { describe, expect, test } from 'vitest';
import { placementDefaults } from '../specs/placement.ts';
import type { ServiceSpec } from '../specs/service-spec.ts';
import { rollbackDefaults, type UpdateConfig } from '../specs/update-config.ts';
import type { Task } from '../state/rows.ts';
import { type Behaviour, obedient, Rig, second } from '../test-rig.ts';
import type { Deployment } from './deployment.ts';

const monitorUs = 5 * second;
const rolling = (parallelism: number, order: 'stop-first' | 'start-first' = 'stop-first') =>
  ({ kind: 'rolling', parallelism, delayUs: 2 * second, order }) as const;

const updates = (given: Partial<UpdateConfig>): UpdateConfig => ({
  strategy: rolling(2),
  monitorUs,
  maxFailurePerMille: 0,
  onFailure: 'pause',
  progressDeadlineUs: 60 * second,
  ...given,
});

/** Four tasks of `app:1` on three nodes, all well. */
function started(given: Partial<UpdateConfig> = {}, more: Partial<ServiceSpec> = {}) {
  const rig = new Rig().audited();
  for (let node = 0; node < 3; node++) rig.node();
  const web = rig.service('web', {
    mode: { kind: 'replicated', replicas: 4 },
    update: updates(given),
    ...more,
  });
  rig.calm();
  const deployment = (): Readonly<Deployment> => {
    const row = rig.state.services.get(web)!;
    return rig.state.deployments.get(row.deployment || row.lastDeployment)!;
  };
  return { rig, web, deployment };
}

/** Tasks of revisions from `revision` on fail as soon as they run. */
const failing =
  (revision: number): Behaviour =>
  (task: Readonly<Task>, id: string) =>
    task.revision >= revision && task.observed === 'running' && task.desired === 'running'
      ? 'failed'
      : obedient(task, id);

const versions = (rig: Rig, web: string) => rig.running(web).map((task) => task.split('@')[1]);

describe('rolling', () => {
  test('a batch begins after the one before it was watched to its end and had its rest', () => {
    const { rig, web, deployment } = started();
    rig.image(web, 'app:2');
    rig.calm();
    expect(versions(rig, web)).toEqual(['2', '2', '1', '1']);
    rig.pass(monitorUs - 1);
    expect(versions(rig, web)).toEqual(['2', '2', '1', '1']);
    rig.pass(2 * second);
    expect(versions(rig, web)).toEqual(['2', '2', '1', '1']);
    rig.pass(2);
    expect(versions(rig, web)).toEqual(['2', '2', '2', '2']);
    expect(deployment().phase).toBe('updating');
    rig.pass(monitorUs - 2);
    expect(deployment().phase).toBe('updating');
    rig.pass(2);
    expect(deployment().phase).toBe('completed');
    expect(rig.state.services.get(web)!.previousRevision).toBe(1);
  });

  test('stop first: the new task of a slot waits until the old one is over', () => {
    const { rig, web } = started();
    rig.behaviour = (task, id) =>
      task.revision === 1 && task.desired !== 'running' ? null : obedient(task, id);
    rig.image(web, 'app:2');
    rig.calm();
    const slot = rig.tasks(web).filter(([, task]) => task.slot === '1');
    expect(slot.map(([, task]) => [task.revision, task.desired, task.observed])).toEqual([
      [1, 'shutdown', 'running'],
      [2, 'ready', 'ready'],
    ]);
    rig.behaviour = obedient;
    rig.calm();
    expect(versions(rig, web)).toEqual(['2', '2', '1', '1']);
  });

  test('start first: the old task of a slot stays until the new one is well', () => {
    const { rig, web } = started({ strategy: rolling(2, 'start-first') });
    rig.behaviour = (task, id) => (task.revision === 2 ? null : obedient(task, id));
    rig.image(web, 'app:2');
    rig.calm();
    expect(versions(rig, web)).toEqual(['1', '1', '1', '1']);
    expect(rig.tasks(web)).toHaveLength(6);
    rig.behaviour = obedient;
    rig.calm();
    expect(versions(rig, web)).toEqual(['2', '2', '1', '1']);
  });

  test('start first: the old task stays when the node of the new one goes down just then', () => {
    const { rig, web } = started({ strategy: rolling(1, 'start-first') });
    rig.image(web, 'app:2');
    const successor = () => rig.tasks(web).find(([, task]) => task.revision === 2)?.[1];
    while ((successor()?.healthyUs ?? 0) === 0) {
      rig.drive();
      rig.work();
    }
    const { node, slot } = successor()!;
    const [, old] = rig.tasks(web).find(([, task]) => task.slot === slot && task.revision === 1)!;
    expect([old.desired, old.node === node]).toEqual(['running', false]);
    rig.down(node);
    rig.drive();
    expect(rig.running(web)).toContain(`${slot}@1`);
  });

  test('start first: the old task runs even if it was still waiting when the update began', () => {
    const { rig, web } = started({ strategy: rolling(4, 'start-first') });
    const [, first] = rig.tasks(web)[0]!;
    // What leaves the node stops late, so its successor has to wait, and so does the new revision.
    rig.behaviour = (task, id) =>
      task.revision === 2 || task.desired === 'shutdown' ? null : obedient(task, id);
    const { spec } = rig.state.nodes.get(first.node)!;
    const drained = { ...spec, availability: 'drain' } as const;
    rig.ask({ kind: 'update-node', node: first.node, version: 0, spec: drained });
    rig.calm();
    rig.image(web, 'app:2');
    rig.calm();
    expect(rig.running(web)).not.toContain('1@1');
    rig.behaviour = (task, id) => (task.revision === 2 ? null : obedient(task, id));
    rig.calm();
    expect(versions(rig, web)).toEqual(['1', '1', '1', '1']);
  });

  test('start first goes on when every node has as many tasks of the service as it may', () => {
    const rig = new Rig().audited();
    rig.node();
    rig.node();
    const web = rig.service('web', {
      mode: { kind: 'replicated', replicas: 2 },
      update: updates({ strategy: rolling(1, 'start-first') }),
      template: { placement: { ...placementDefaults, maxPerNode: 1 } },
    });
    rig.calm();
    rig.image(web, 'app:2');
    rig.pass(60 * second);
    expect(versions(rig, web)).toEqual(['2', '2']);
  });

  test('failures beyond the share that is put up with: pause, until somebody resumes', () => {
    const { rig, web, deployment } = started();
    rig.behaviour = failing(2);
    rig.image(web, 'app:2');
    rig.pass(second);
    expect(deployment().paused).toBe('failures');
    expect(versions(rig, web).filter((version) => version === '1')).toHaveLength(2);
    rig.behaviour = obedient;
    rig.pass(60 * second);
    expect(deployment().paused).toBe('failures');
    rig.ask({ kind: 'control-deployment', service: web, action: 'resume' });
    rig.pass(30 * second);
    expect([deployment().phase, versions(rig, web)]).toEqual(['completed', ['2', '2', '2', '2']]);
  });

  test('failures and rollback: spec and revision go back, tasks of the old one are not touched', () => {
    const { rig, web, deployment } = started({ onFailure: 'rollback' });
    const before = rig.tasks(web).filter(([, { slot }]) => Number(slot) > 2);
    rig.behaviour = failing(2);
    rig.image(web, 'app:2');
    rig.pass(60 * second);
    expect(deployment().phase).toBe('rolled-back');
    expect(versions(rig, web)).toEqual(['1', '1', '1', '1']);
    const service = rig.state.services.get(web)!;
    expect([service.revision, service.spec.template.image]).toEqual([1, 'app:1']);
    for (const [id] of before) expect(rig.state.tasks.get(id)!.observed).toBe('running');
  });

  test('a rollback that fails is not rolled back again: it pauses', () => {
    const { rig, web, deployment } = started({ onFailure: 'rollback' });
    rig.behaviour = failing(1);
    rig.image(web, 'app:2');
    rig.pass(300 * second);
    expect([deployment().phase, deployment().paused]).toEqual(['rolling-back', 'failures']);
  });

  test('on the way back an empty slot gets the old revision, and none of what is left behind', () => {
    const rollback = { ...rollbackDefaults, maxFailurePerMille: 1_000 };
    const { rig, web, deployment } = started({ strategy: rolling(3) }, { rollback });
    rig.image(web, 'app:2');
    rig.calm();
    rig.ask({ kind: 'control-deployment', service: web, action: 'rollback' });
    expect(deployment()).toMatchObject({ phase: 'rolling-back', cursor: '' });
    const last = rig.tasks(web).find(([, { slot }]) => slot === '4')!;
    const made = new Set(rig.tasks(web).map(([id]) => id));
    rig.behaviour = (task, id) => (id === last[0] ? 'failed' : obedient(task, id));
    rig.pass(60 * second);
    const since = rig.tasks(web).filter(([id]) => !made.has(id));
    expect(since.length).toBeGreaterThan(3);
    expect(since.filter(([, { revision }]) => revision !== 1)).toEqual([]);
    expect([deployment().phase, versions(rig, web)]).toEqual(['rolled-back', ['1', '1', '1', '1']]);
  });

  test('on the way back the task that is well stays, of two that were left in a slot', () => {
    const rollback = { ...rollbackDefaults, parallelism: 1, monitorUs };
    const { rig, web } = started({ strategy: rolling(0, 'start-first') }, { rollback });
    rig.image(web, 'app:2');
    rig.calm();
    expect(versions(rig, web)).toEqual(['2', '2', '2', '2']);
    // Those of the third never come to run.
    rig.behaviour = (task, id) =>
      task.revision === 3 && task.observed === 'assigned' && task.desired === 'running'
        ? null
        : obedient(task, id);
    rig.image(web, 'app:3');
    rig.calm();
    rig.ask({ kind: 'control-deployment', service: web, action: 'rollback' });
    rig.calm();
    // The first slot was visited; the others still have what works.
    expect(versions(rig, web)).toEqual(['1', '2', '2', '2']);
    rig.pass(60 * second);
    expect(versions(rig, web)).toEqual(['1', '1', '1', '1']);
  });

  test('no progress until the deadline: pause, or back', () => {
    for (const onFailure of ['pause', 'rollback'] as const) {
      const { rig, web, deployment } = started({ onFailure });
      rig.behaviour = (task, id) =>
        task.revision === 2 && task.desired === 'running' ? null : obedient(task, id);
      rig.image(web, 'app:2');
      rig.pass(59 * second);
      expect(deployment()).toMatchObject({ phase: 'updating', paused: 'none' });
      rig.pass(120 * second);
      const { phase, paused } = deployment();
      if (onFailure === 'pause') expect([phase, paused]).toEqual(['updating', 'deadline']);
      else expect([phase, versions(rig, web)]).toEqual(['rolled-back', ['1', '1', '1', '1']]);
    }
  });

  test('a task that fails late, while the next batch waits, still counts', () => {
    const { rig, web, deployment } = started({ onFailure: 'rollback', monitorUs: second });
    rig.image(web, 'app:2');
    rig.pass(2 * second);
    expect(versions(rig, web)).toEqual(['2', '2', '1', '1']);
    rig.behaviour = failing(2);
    rig.pass(second / 2);
    expect(deployment().phase).toBe('rolling-back');
  });

  test('a change on the way: parallelism counts at once, another image supersedes', () => {
    const { rig, web, deployment } = started({ strategy: rolling(1) });
    rig.image(web, 'app:2');
    rig.calm();
    expect(versions(rig, web)).toEqual(['2', '1', '1', '1']);
    rig.update(web, (spec) => ({ ...spec, update: { ...spec.update, strategy: rolling(3) } }));
    rig.pass(monitorUs + 2 * second);
    expect(versions(rig, web)).toEqual(['2', '2', '2', '2']);
    rig.image(web, 'app:3');
    rig.pass(60 * second);
    expect(versions(rig, web)).toEqual(['3', '3', '3', '3']);
    expect(deployment().phase).toBe('completed');
  });

  test('a person rolls a finished deployment back; there is no way back from that', () => {
    const { rig, web, deployment } = started();
    rig.image(web, 'app:2');
    rig.pass(60 * second);
    rig.ask({ kind: 'control-deployment', service: web, action: 'rollback' });
    rig.pass(60 * second);
    expect(versions(rig, web)).toEqual(['1', '1', '1', '1']);
    expect(deployment()).toMatchObject({ phase: 'completed', back: true });
    const reply = rig.ask({ kind: 'control-deployment', service: web, action: 'rollback' });
    expect(reply).toMatchObject({ kind: 'refused', why: 'wrong-state' });
  });

  test('a rollback that a person asked for and that fails pauses: it does not go forward again', () => {
    const { rig, web, deployment } = started({ onFailure: 'rollback' });
    rig.image(web, 'app:2');
    rig.pass(60 * second);
    rig.behaviour = (task, id) =>
      task.revision === 1 && task.observed === 'running' ? 'failed' : obedient(task, id);
    rig.ask({ kind: 'control-deployment', service: web, action: 'rollback' });
    rig.pass(60 * second);
    expect(deployment()).toMatchObject({ phase: 'updating', paused: 'failures', back: true });
    expect(rig.state.services.get(web)!.revision).toBe(1);
  });
});

describe('side by side', () => {
  const blueGreen = { kind: 'blue-green', autoPromote: false, keepUs: 30 * second } as const;
  const canary = {
    kind: 'canary',
    steps: [
      { weight: 25, holdUs: 10 * second },
      { weight: 50, holdUs: 10 * second },
    ],
    autoPromote: true,
  } as const;

  test('blue/green: all new tasks beside the old ones, then one switch, then the old ones go', () => {
    const { rig, web, deployment } = started({ strategy: blueGreen });
    const share = () => rig.state.services.get(web)!.share;
    rig.image(web, 'app:2');
    rig.pass(600 * second);
    expect(versions(rig, web).sort()).toEqual(['1', '1', '1', '1', '2', '2', '2', '2']);
    expect([share(), deployment().paused]).toEqual([{ revision: 2, weight: 0 }, 'none']);
    rig.ask({ kind: 'control-deployment', service: web, action: 'promote' });
    rig.calm();
    expect(share()).toEqual({ revision: 2, weight: 100 });
    expect(versions(rig, web)).toHaveLength(8);
    rig.pass(30 * second);
    expect(versions(rig, web)).toEqual(['2', '2', '2', '2']);
    expect([deployment().phase, deployment().promoted, share()]).toEqual(['completed', true, null]);
  });

  test('blue/green with a bad image: no traffic ever, and the old tasks are not touched', () => {
    const { rig, web, deployment } = started({ strategy: blueGreen, onFailure: 'rollback' });
    const before = rig.tasks(web).map(([id]) => id);
    rig.behaviour = failing(2);
    rig.image(web, 'app:2');
    rig.pass(60 * second);
    expect(deployment()).toMatchObject({ phase: 'rolled-back', promoted: false });
    for (const id of before) expect(rig.state.tasks.get(id)!.observed).toBe('running');
    expect(versions(rig, web)).toEqual(['1', '1', '1', '1']);
  });

  test('blue/green that fails after the switch goes back at one commit', () => {
    const { rig, web, deployment } = started({ strategy: blueGreen, onFailure: 'rollback' });
    rig.image(web, 'app:2');
    rig.pass(10 * second);
    rig.ask({ kind: 'control-deployment', service: web, action: 'promote' });
    rig.calm();
    const [bad] = rig.tasks(web).find(([, { revision }]) => revision === 2)!;
    rig.behaviour = (task, id) =>
      id === bad && task.desired === 'running' ? 'failed' : obedient(task, id);
    rig.work();
    rig.lead(rig.controllers.pass(rig.timeUs)[0]!);
    expect(rig.state.services.get(web)).toMatchObject({ share: null, revision: 1 });
    expect(deployment()).toMatchObject({ phase: 'rolling-back', promoted: true });
    rig.behaviour = obedient;
    rig.pass(10 * second);
    expect([deployment().phase, versions(rig, web)]).toEqual(['rolled-back', ['1', '1', '1', '1']]);
  });

  test('canary: shares grow with the tasks, and the last step promotes', () => {
    const { rig, web, deployment } = started({ strategy: canary });
    const seen: string[] = [];
    const note = rig.after;
    rig.after = (command, reply) => {
      note(command, reply);
      const { share } = rig.state.services.get(web)!;
      const greens = rig.running(web).filter((task) => task.endsWith('@2')).length;
      const now = share === null ? '-' : `${share.weight}:${greens}`;
      if (seen.at(-1) !== now) seen.push(now);
    };
    rig.image(web, 'app:2');
    rig.pass(120 * second);
    expect(seen).toEqual(['0:0', '0:1', '25:1', '25:2', '50:2', '50:3', '50:4', '100:4', '-']);
    expect([deployment().phase, versions(rig, web)]).toEqual(['completed', ['2', '2', '2', '2']]);
  });

  test('the same image again while it is being left: back one by one, with one task a slot', () => {
    const { rig, web, deployment } = started({ strategy: blueGreen });
    rig.image(web, 'app:2');
    rig.pass(10 * second);
    expect(versions(rig, web)).toHaveLength(8);
    rig.image(web, 'app:1');
    expect(deployment()).toMatchObject({ from: 1, to: 1, strategy: 'rolling', back: true });
    rig.pass(60 * second);
    expect(versions(rig, web)).toEqual(['1', '1', '1', '1']);
    expect([deployment().phase, rig.state.services.get(web)!.share]).toEqual(['completed', null]);
  });

  test('canary with a person: nothing beyond the last step without a word', () => {
    const { rig, web } = started({ strategy: { ...canary, autoPromote: false } });
    rig.image(web, 'app:2');
    rig.pass(900 * second);
    expect(rig.state.services.get(web)!.share).toEqual({ revision: 2, weight: 50 });
    rig.ask({ kind: 'control-deployment', service: web, action: 'promote' });
    rig.pass(60 * second);
    expect(versions(rig, web)).toEqual(['2', '2', '2', '2']);
  });
});
