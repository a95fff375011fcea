import { describe, expect, test } from 'vitest';
import { backupOf } from '../../src/systems/orchestrator/backup/backup.ts';
import { quotaSpec } from '../../src/systems/orchestrator/specs/quota-spec.ts';
import type { Command } from '../../src/systems/orchestrator/state/command.ts';
import type { Task } from '../../src/systems/orchestrator/state/rows.ts';
import type { ClusterState } from '../../src/systems/orchestrator/state/state.ts';
import { second } from '../../src/systems/orchestrator/test-rig.ts';
import { LawRig } from './test-kit.ts';

/** Three nodes, and a service of three tasks that run. */
function furnished(): { laws: LawRig; service: string; ids: string[] } {
  const laws = new LawRig();
  const { rig } = laws;
  for (let node = 0; node < 3; node++) rig.node();
  const labels = [{ key: 'team', value: 'a' }];
  const service = rig.service('web', { mode: { kind: 'replicated', replicas: 3 }, labels });
  rig.ask({ kind: 'create-quota', spec: quotaSpec('a', labels, { tasks: 90 }) });
  rig.pass(20 * second);
  return { laws, service, ids: rig.tasks(service).map(([id]) => id) };
}

/** Changes a row as no command would. */
function edit(state: ClusterState, id: string, change: Partial<Task>): void {
  Object.assign(state.tasks.edit(id), change);
}

describe('laws for entries', () => {
  test('hold for what is lawful, and have something to say of it', () => {
    const { laws, service } = furnished();
    const { rig } = laws;
    const global = rig.service('agent', { mode: { kind: 'global' } });
    rig.pass(10 * second);
    rig.image(service, 'app:2');
    rig.pass(60 * second);
    const victim = rig.tasks(service).find(([, { observed }]) => observed === 'running');
    rig.behaviour = ({ desired, observed }, id) => {
      if (id === victim![0] && observed === 'running') return 'failed';
      if (desired === 'shutdown' || desired === 'remove') return 'shutdown';
      if (observed === 'assigned') return 'ready';
      return desired === 'running' && observed === 'ready' ? 'running' : null;
    };
    rig.pass(30 * second);
    rig.down(rig.nodes[0]!);
    rig.pass(30 * second);
    rig.up(rig.nodes[0]!);
    rig.pass(30 * second);
    rig.ask({ kind: 'remove-service', service: global, version: 0 });
    rig.pass(30 * second);
    expect([...laws.broken]).toEqual([]);
    const asked = ['S1', 'S2', 'S3', 'S4', 'S5', 'S6F', 'S6', 'S7', 'S8', 'S32', 'S9', 'S31'];
    for (const id of [...asked, 'S30B', 'S15', 'S23', 'S24', 'S20', 'S21', 'S19']) {
      expect([id, laws.premises.get(id) ?? 0]).not.toEqual([id, 0]);
    }
  });

  test('S6 sees what an apply that was refused has left behind', () => {
    const { laws, service } = furnished();
    const { rig } = laws;
    const spec = { ...rig.state.services.get(service)!.spec, labels: [] };
    const stale = { kind: 'update-service', service, version: 9, spec } as const;
    const volume = volumeRow('v').spec;
    const command = { kind: 'together', parts: [{ kind: 'create-volume', spec: volume }, stale] };
    expect(rig.ask(command as Command)).toMatchObject({ kind: 'refused', why: 'conflict' });
    expect([...laws.broken]).toEqual([]);
    // As a machine would that carries out what comes before the part that it refuses.
    laws.bendRefused((state) => state.volumes.insert('1-99-0', volumeRow('v')), command as Command);
    expect([...laws.broken]).toContain('S6');
  });

  test.each<[string, (state: ClusterState, service: string, ids: readonly string[]) => void]>([
    ['S1', (state, service) => state.services.delete(service)],
    ['S2', (state) => state.volumes.insert('1-1-0', volumeRow('v'))],
    ['S3', (state, _service, [id]) => edit(state, id!, { observed: 'starting' })],
    ['S5', (state, _service, [id]) => edit(state, id!, { node: 'elsewhere' })],
    ['S6F', (state, _service, [id]) => edit(state, id!, { health: 'unhealthy' })],
    [
      'S6',
      (state, service) => {
        state.services.edit(service).version += 2;
      },
    ],
    [
      'S7',
      (state, service) => {
        const id = `1-${state.applied}-0`;
        state.services.insert(id, { ...state.services.get(service)!, addresses: [] });
      },
    ],
    [
      'S8',
      (state, _service, [one, two]) => {
        edit(state, one!, { address: state.tasks.get(two!)!.address });
      },
    ],
    ['S18', (state, _service, [id]) => edit(state, id!, { address: 0 })],
    [
      'S15',
      (state, service, [id]) => {
        const twin = { ...state.tasks.get(id!)!, ports: [], address: 999, node: '' };
        const made = { ...twin, observed: 'pending' as const, sequence: 0, service };
        state.tasks.insert(`1-${state.applied}-0`, made);
      },
    ],
    [
      'S33',
      (state, service, [id]) => {
        const { spec } = state.services.get(service)!;
        const task = { ...state.tasks.get(id!)!, slot: '4', ports: [], address: 997 };
        state.services.edit(service).spec = { ...spec, mode: { kind: 'replicated', replicas: 4 } };
        const quota = state.quotas.keys()[0]!;
        const limits = { tasks: 3, cpuMillis: 0, memoryBytes: 0 };
        state.quotas.edit(quota).spec = { ...state.quotas.get(quota)!.spec, limits };
        state.tasks.insert(`1-${state.applied}-0`, task);
      },
    ],
    [
      'S32',
      (state, _service, [id]) => {
        state.index.loads.get(state.tasks.get(id!)!.node)!.cpuMillis += 1;
        edit(state, id!, { reason: 'looked at' });
      },
    ],
  ])('%s sees what is bent', (law, change) => {
    const { laws, service, ids } = furnished();
    expect([...laws.broken]).toEqual([]);
    laws.bend((state) => change(state, service, ids));
    expect([...laws.broken]).toContain(law);
  });

  test('S31R sees a restore that leaves something, or takes something along', () => {
    const restored = (change: (state: ClusterState, ids: readonly string[]) => void) => {
      const { laws, ids } = furnished();
      const backup = backupOf(laws.state);
      expect(laws.rig.ask({ kind: 'restore', backup })).toEqual({ kind: 'done' });
      expect(laws.premises.get('S31R')).toBe(1);
      laws.bend((state) => change(state, ids), { kind: 'restore', backup });
      return [...laws.broken];
    };
    expect(restored(() => {})).toEqual([]);
    expect(restored((state, [id]) => edit(state, id!, { reason: 'gone' }))).toContain('S31R');
    const without = (state: ClusterState) => {
      state.services.edit(state.services.keys()[0]!).removing = true;
    };
    expect(restored(without)).toContain('S31R');
    const spared = (state: ClusterState) => {
      state.quotas.delete(state.quotas.keys()[0]!);
    };
    expect(restored(spared)).toContain('S31R');
  });

  test('S4 sees a wish that is taken back', () => {
    const { laws, ids } = furnished();
    laws.bend((state) => edit(state, ids[0]!, { desired: 'shutdown' }));
    laws.bend((state) => edit(state, ids[0]!, { desired: 'running' }));
    expect([...laws.broken]).toContain('S4');
  });

  test('S18 asks the machines, not the store', () => {
    const { laws, service, ids } = furnished();
    const { rig } = laws;
    laws.running.add(ids[2]!);
    rig.update(service, (spec) => ({ ...spec, mode: { kind: 'replicated', replicas: 2 } }));
    rig.pass(10 * second);
    // Addresses go round until the one comes again whose container runs on.
    rig.update(service, (spec) => ({ ...spec, mode: { kind: 'replicated', replicas: 60 } }));
    rig.pass(10 * second);
    expect([...laws.broken]).toEqual(['S18']);
  });

  test('S9 sees a task on a node that takes none', () => {
    const { laws, service } = furnished();
    const node = laws.rig.node({ availability: 'pause' });
    laws.rig.update(service, (spec) => ({ ...spec, mode: { kind: 'replicated', replicas: 4 } }));
    laws.rig.lead({ kind: 'reconcile', slots: [{ service, slot: '4' }] });
    const [id] = laws.rig.tasks(service).at(-1)!;
    const command = { kind: 'assign', assignments: [{ task: id, node }] } as const;
    laws.bend((state) => edit(state, id, { node, observed: 'assigned' }), command);
    expect([...laws.broken]).toContain('S9');
  });

  test('S19, S20 and S21 see a deployment that hurries', () => {
    const { laws, service } = furnished();
    laws.rig.image(service, 'app:2');
    laws.rig.drive();
    const { deployment } = laws.state.services.get(service)!;
    laws.bend((state) => Object.assign(state.deployments.edit(deployment), { batch: ['1', '2'] }));
    expect([...laws.broken]).toContain('S19');
    laws.bend((state) => Object.assign(state.deployments.edit(deployment), { batch: [] }));
    expect([...laws.broken]).toContain('S21');
    laws.bend((state) => {
      Object.assign(state.deployments.edit(deployment), { phase: 'rolled-back' });
    });
    expect([...laws.broken]).toContain('S20');
  });

  test('S19 sees a task taken from a slot that nothing has come to, unless another is as well', () => {
    const { laws, service, ids } = furnished();
    const old = ids[2]!;
    const beside = (healthyUs: number) => {
      laws.bend((state) => {
        const fresh = { ...state.tasks.get(old)!, revision: 2, healthyUs, address: 999 };
        state.tasks.insert(`1-${state.applied}-0`, fresh);
      });
      laws.bend((state) => edit(state, old, { desired: 'shutdown' }));
    };
    laws.rig.image(service, 'app:2');
    laws.rig.drive();
    beside(laws.state.timeUs);
    expect([...laws.broken]).not.toContain('S19');
    laws.bend((state) => edit(state, old, { desired: 'running' }));
    laws.bend((state) => edit(state, `1-${state.applied - 3}-0`, { healthyUs: 0 }));
    laws.bend((state) => edit(state, old, { desired: 'shutdown' }));
    expect([...laws.broken]).toContain('S19');
  });

  test('S29, S30B and S27 see who may not speak', () => {
    const { laws, service, ids } = furnished();
    laws.rig.term = 5;
    laws.judge({ kind: 'reconcile', slots: [] }, { kind: 'batch', effective: 0 });
    expect([...laws.broken]).toEqual(['S30B']);
    laws.state.applied += 1;
    edit(laws.state, ids[0]!, { reason: 'late' });
    laws.state.settle();
    laws.judge({ kind: 'barrier' }, { kind: 'done' }, { term: 4 });
    expect([...laws.broken]).toContain('S29');
    const request = { session: 9, sequence: 1, oldest: 1 };
    const remove = { kind: 'remove-service', service, version: 0 } as const;
    laws.state.settle();
    laws.judge(remove, { kind: 'done' }, request);
    laws.judge(remove, { kind: 'done' }, request);
    expect([...laws.broken]).not.toContain('S27');
    laws.judge(remove, { kind: 'refused', why: 'not-found', what: '' }, request);
    expect([...laws.broken]).toContain('S27');
  });

  test('S17E sees a claim that is taken away, S31 what comes back', () => {
    const { laws, ids } = furnished();
    const node = laws.state.tasks.get(ids[0]!)!.node;
    let volume = '';
    laws.bend((state) => {
      volume = `1-${state.applied}-0`;
      const claim = { task: ids[0]!, node, epoch: state.applied };
      state.volumes.insert(volume, { ...volumeRow('v'), claim });
    });
    expect([...laws.broken]).toEqual([]);
    laws.bend((state) => {
      const other = state.tasks.get(ids[1]!)!.node;
      const claim = { task: ids[1]!, node: other, epoch: state.applied };
      state.volumes.edit(volume).claim = claim;
    });
    expect([...laws.broken]).toEqual(['S17E']);
    laws.bend((state) => state.volumes.delete(volume));
    laws.bend((state) => state.volumes.insert(volume, volumeRow('v')));
    expect([...laws.broken]).toContain('S31');
  });

  test('S24 sees a restart that is not counted', () => {
    const { laws, service, ids } = furnished();
    const [id] = ids;
    const task = laws.state.tasks.get(id!)!;
    const reports = [{ task: id!, sequence: 99, observed: 'failed' } as const].map((one) => ({
      ...one,
      ...{ health: 'none' as const, exitCode: 1, reason: '' },
    }));
    laws.rig.report(task.node, reports);
    laws.bend((state) => {
      const fresh = { ...state.tasks.get(id!)!, node: '', observed: 'pending' as const };
      const made = { ...fresh, restart: false, endedUs: 0, address: 998, service };
      state.tasks.insert(`1-${state.applied}-0`, made);
    });
    expect([...laws.broken]).toContain('S24');
  });
});

function volumeRow(name: string) {
  const spec = { name, labels: [], driver: 'shared', exclusive: true, node: '', sizeBytes: 0 };
  return { spec: { ...spec, driver: 'shared' as const }, createdIndex: 1, node: '', claim: null };
}
