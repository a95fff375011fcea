import { backupOf } from './backup/backup.ts';
import { Controllers } from './controllers/controllers.ts';
import { placementDefaults } from './specs/placement.ts';
import { quotaSpec } from './specs/quota-spec.ts';
import { type ServiceSpec, serviceSpec } from './specs/service-spec.ts';
import type { Strategy } from './specs/update-config.ts';
import { volumeSpec } from './specs/volume-spec.ts';
import type { Command, TaskReport } from './state/command.ts';
import type { ClusterState } from './state/state.ts';
import { ClusterState as State } from './state/state.ts';
import { mayStep, taskStates } from './tasks/task-states.ts';
import { type Rig, report, second } from './test-rig.ts';

/** For tests: numbers that a property draws, used one after another, over and over. */
export class Picker {
  private at: number = 0;
  private readonly numbers: readonly number[];

  constructor(numbers: readonly number[]) {
    this.numbers = numbers;
  }

  below(limit: number): number {
    const number = this.numbers[this.at++ % this.numbers.length]!;
    return Math.floor(number / (1 + Math.floor(this.at / this.numbers.length))) % limit;
  }

  of<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }
}

const strategies: readonly Strategy[] = [
  { kind: 'rolling', parallelism: 1, delayUs: 0, order: 'stop-first' },
  { kind: 'rolling', parallelism: 2, delayUs: second, order: 'start-first' },
  { kind: 'rolling', parallelism: 0, delayUs: 0, order: 'stop-first' },
  { kind: 'blue-green', autoPromote: true, keepUs: 2 * second },
  { kind: 'blue-green', autoPromote: false, keepUs: 0 },
  { kind: 'canary', steps: [{ weight: 40, holdUs: second }], autoPromote: true },
];

/** A specification of a service, small values of everything. */
export function anySpec(pick: Picker, name: string, global: boolean): ServiceSpec {
  const strategy = pick.of(strategies.slice(0, global ? 3 : undefined));
  const volume = pick.below(8);
  const port = pick.below(6);
  return serviceSpec(name, `app:${pick.below(3) + 1}`, {
    labels: [{ key: 'team', value: `q${pick.below(3)}` }],
    mode: global ? { kind: 'global' } : { kind: 'replicated', replicas: pick.below(4) },
    update: {
      strategy,
      monitorUs: pick.of([0, second]),
      maxFailurePerMille: pick.of([0, 0, 300]),
      onFailure: pick.of(['pause', 'continue', 'rollback', 'rollback']),
      progressDeadlineUs: 20 * second,
    },
    rollback: {
      parallelism: pick.below(3),
      delayUs: 0,
      order: pick.of(['stop-first', 'start-first']),
      monitorUs: second,
      maxFailurePerMille: 500,
      onFailure: 'pause',
    },
    endpoint: {
      mode: pick.of(['vip', 'vip', 'dns']),
      networks: pick.of([['a'], ['a', 'b'], ['b']]),
    },
    template: {
      reservations: { cpuMillis: pick.of([0, 500, 1_500]), memoryBytes: pick.of([0, 2 ** 18]) },
      restart: {
        condition: pick.of(['any', 'any', 'on-failure', 'none']),
        delayUs: pick.of([0, second]),
        maxAttempts: pick.of([0, 1, 2]),
        windowUs: pick.of([0, 10 * second]),
      },
      placement: {
        ...placementDefaults,
        strategy: pick.of(['spread', 'binpack']),
        maxPerNode: pick.of([0, 0, 1]),
        constraints: pick.of([
          [],
          [],
          [{ attribute: 'node.labels.disk', operator: '==', value: 'ssd' } as const],
        ]),
      },
      disconnect: pick.of([
        { kind: 'fence' },
        { kind: 'keep', pick: 'original' },
        { kind: 'keep', pick: 'replacement' },
        { kind: 'keep', pick: 'longest-running' },
      ]),
      volumes: volume < 3 ? [{ source: `v${volume}`, target: '/data', readOnly: false }] : [],
      ports:
        global && strategy.kind === 'rolling' && strategy.order === 'start-first'
          ? []
          : ([
              [{ containerPort: 80, protocol: 'tcp', publish: 'host', hostPort: 0 } as const],
              [{ containerPort: 80, protocol: 'tcp', publish: 'host', hostPort: 30_001 } as const],
              [
                {
                  containerPort: 80,
                  protocol: 'tcp',
                  publish: 'ingress',
                  hostPort: 8_080,
                } as const,
              ],
            ][port] ?? []),
    },
  });
}

type Maker = (pick: Picker, rig: Rig) => Command | null;

const idOf = (pick: Picker, table: { keys(): string[] }) => pick.of([...table.keys(), '1-1-9']);

/** What clients and operators may ask for, sense or not. */
export const asked: { readonly [name: string]: Maker } = {
  create: (pick) => {
    const global = pick.below(4) === 0;
    const name = pick.of(['a', 'b', 'c', 'd']);
    return { kind: 'create-service', spec: anySpec(pick, name, global) };
  },
  update: (pick, { state }) => {
    const service = idOf(pick, state.services);
    const row = state.services.get(service);
    const spec = anySpec(pick, row?.spec.name ?? 'a', row?.spec.mode.kind === 'global');
    return { kind: 'update-service', service, version: pick.of([0, row?.version ?? 1, 1]), spec };
  },
  remove: (pick, { state }) => ({
    kind: 'remove-service',
    service: idOf(pick, state.services),
    version: 0,
  }),
  control: (pick, { state }) => ({
    kind: 'control-deployment',
    service: idOf(pick, state.services),
    action: pick.of(['pause', 'resume', 'promote', 'rollback', 'promote']),
  }),
  availability: (pick, { state }) => {
    const node = idOf(pick, state.nodes);
    const spec = state.nodes.get(node)?.spec;
    if (spec === undefined) return { kind: 'remove-node', node };
    const labels = pick.of([[], [{ key: 'disk', value: 'ssd' }]]);
    const availability = pick.of(['active', 'active', 'pause', 'drain'] as const);
    return { kind: 'update-node', node, version: 0, spec: { ...spec, labels, availability } };
  },
  forget: (pick, { state }) => ({ kind: 'remove-node', node: idOf(pick, state.nodes) }),
  volume: (pick) => {
    const at = pick.below(3);
    const driver = at === 0 ? 'local' : 'shared';
    const spec = volumeSpec(`v${at}`, { driver, exclusive: at < 2 });
    return { kind: 'create-volume', spec };
  },
  unvolume: (pick, { state }) => ({ kind: 'remove-volume', volume: idOf(pick, state.volumes) }),
  quota: (pick, { state }) => {
    const name = `q${pick.below(2)}`;
    const limits = { tasks: pick.below(6), cpuMillis: pick.below(3) * 1_000 };
    const spec = quotaSpec(name, [{ key: 'team', value: name }], limits);
    const quota = state.named('quota', name);
    if (quota === undefined) return { kind: 'create-quota', spec };
    return { kind: 'update-quota', quota, version: 0, spec };
  },
  // What there is but for some of it, as if the rest had come later.
  restore: (pick, { state }) => {
    const backup = backupOf(state);
    const some = backup.services.filter(() => pick.below(3) > 0);
    return { kind: 'restore', backup: { ...backup, services: some } };
  },
  unquota: (pick, { state }) => {
    return { kind: 'remove-quota', quota: idOf(pick, state.quotas), version: 0 };
  },
};

/** What a leader may propose on behalf of workers, sense or not. */
export const led: { readonly [name: string]: Maker } = {
  node: (pick, rig) => {
    if (pick.below(2) === 0 && rig.state.nodes.size < 4)
      return anyNode(rig, '', rig.nodes.length + 1);
    const node = idOf(pick, rig.state.nodes);
    return anyNode(rig, node, 1);
  },
  edge: (pick, { state }) => {
    const node = idOf(pick, state.nodes);
    const registration = state.nodes.get(node)?.registration ?? 1;
    return {
      kind: 'node-edges',
      edges: [{ node, registration, status: pick.of(['down', 'fenced']) }],
    };
  },
  fence: (pick, { state }) => {
    const node = idOf(pick, state.nodes);
    const registration = state.nodes.get(node)?.registration ?? 1;
    const edges = (['down', 'fenced'] as const).map((status) => ({ node, registration, status }));
    return { kind: 'node-edges', edges };
  },
  report: (pick, { state }) => {
    const node = idOf(pick, state.nodes);
    const tasks = [...(state.index.loads.get(node)?.tasks ?? [])].sort();
    const reports: TaskReport[] = tasks.slice(0, 4).map((id) => {
      const task = state.tasks.get(id)!;
      const lawful = taskStates.filter((to) => mayStep('agent', task.observed, to));
      const observed = pick.of([task.observed, ...lawful, pick.of(taskStates)]);
      const said = report(id, task, observed);
      return { ...said, sequence: Math.max(0, said.sequence - pick.of([0, 0, 0, 1])) };
    });
    const registration = state.nodes.get(node)?.registration ?? 1;
    return { kind: 'report', node, registration, reports };
  },
  unmounted: (pick, { state }) => {
    const volume = idOf(pick, state.volumes);
    const claim = state.volumes.get(volume)?.claim;
    if (claim === undefined || claim === null) return null;
    if (state.index.loads.get(claim.node)?.tasks.has(claim.task) === true) return null;
    return { kind: 'unmounted', node: claim.node, volume, epoch: claim.epoch - pick.of([0, 0, 1]) };
  },
  assign: (pick, { state }) => ({
    kind: 'assign',
    assignments: [
      { task: idOf(pick, state.tasks), node: idOf(pick, state.nodes) },
      { task: idOf(pick, state.tasks), node: idOf(pick, state.nodes) },
    ],
  }),
  reconcile: (pick, { state }) => ({
    kind: 'reconcile',
    slots: [
      {
        service: idOf(pick, state.services),
        slot: pick.of(['1', '2', '9', ...state.nodes.keys()]),
      },
    ],
  }),
  step: (pick, { state }) => {
    const deployment = idOf(pick, state.deployments);
    const version = state.deployments.get(deployment)?.version ?? 1;
    const step = pick.of(['open-batch', 'close-batch', 'shift', 'next-stage', 'retire'] as const);
    return { kind: 'step-deployment', deployment, version, step };
  },
  orphan: (pick, { state }) => ({ kind: 'orphan', node: idOf(pick, state.nodes) }),
  barrier: () => ({ kind: 'barrier' }),
};

function anyNode({ state }: Rig, node: string, number: number): Command {
  const row = state.nodes.get(node);
  const spec = row?.spec ?? {
    name: `n${number}-${state.applied}`,
    labels: number % 2 === 0 ? [{ key: 'disk', value: 'ssd' }] : [],
    role: 'worker',
    availability: 'active',
    drainDeadlineUs: 0,
  };
  const capacity = { cpuMillis: 2_000, memoryBytes: 2 ** 20 };
  return { kind: 'register-node', node, spec, description: { architecture: 'amd64', capacity } };
}

/** What a leader would propose that has not seen the newest entries. */
export function staleOpinion(old: ClusterState, timeUs: number): Command[] {
  const copy = State.restore(old.settings, old.save());
  return new Controllers(copy).pass(timeUs);
}
