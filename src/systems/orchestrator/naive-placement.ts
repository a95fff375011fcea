import type { ServiceSpec } from './specs/service-spec.ts';
import type { Node, Task } from './state/rows.ts';
import type { ClusterState } from './state/state.ts';

const over = new Set(['complete', 'shutdown', 'failed', 'rejected', 'orphaned']);

/** What stands on a node, read off the rows one by one, but for those to be left out. */
function others(
  state: ClusterState,
  among: Iterable<string>,
  left: ReadonlySet<string>,
  node: string,
): Readonly<Task>[] {
  return [...among]
    .filter((id) => !left.has(id))
    .map((id) => state.tasks.get(id)!)
    .filter(
      (task) => task.node === node && task.observed !== 'pending' && !over.has(task.observed),
    );
}

/** Why a node is not of the kind that a specification asks for; null when it is. */
export function isUnlike(spec: ServiceSpec, id: string, node: Readonly<Node>): string | null {
  const { architectures, constraints } = spec.template.placement;
  const { architecture } = node.description;
  if (architectures.length > 0 && !architectures.some((one) => one === architecture)) return 'arch';
  const known = new Map([
    ['node.id', id],
    ['node.name', node.spec.name],
    ['node.role', node.spec.role],
    ['node.architecture', architecture],
    ...node.spec.labels.map(({ key, value }) => [`node.labels.${key}`, value] as const),
  ]);
  for (const { attribute, operator, value } of constraints) {
    if ((known.get(attribute) === value) !== (operator === '==')) return 'constraint';
  }
  return null;
}

/**
 * For tests and checkers: why a task may not be on a node, thought out a second time; null when it
 * may. Tasks that are `later` came to the node after it.
 *
 * @param among the tasks that may stand on the node; by default all that there are
 */
export function mayBePlaced(
  state: ClusterState,
  id: string,
  nodeId: string,
  later: readonly string[] = [],
  among: Iterable<string> = state.tasks.keys(),
): string | null {
  const task = state.tasks.get(id)!;
  const spec = specOf(state, task);
  const node = state.nodes.get(nodeId)!;
  const { template } = spec;
  if (node.status !== 'up' || node.spec.availability !== 'active') return 'closed';
  if (spec.mode.kind === 'global' && task.slot !== nodeId) return 'elsewhere';
  if (isOverQuota(state, id, spec, later)) return 'quota';
  const { maxPerNode } = template.placement;
  const unlike = isUnlike(spec, nodeId, node);
  if (unlike !== null) return unlike;
  const here = others(state, among, new Set([id, ...later]), nodeId);
  const sum = (of: 'cpuMillis' | 'memoryBytes') =>
    here.reduce((total, other) => total + specOf(state, other).template.reservations[of], 0) +
    template.reservations[of];
  for (const amount of ['cpuMillis', 'memoryBytes'] as const) {
    if (template.reservations[amount] > 0 && sum(amount) > node.description.capacity[amount])
      return amount;
  }
  const slots = here.filter((other) => other.service === task.service && other.slot !== task.slot);
  if (maxPerNode > 0 && new Set(slots.map(({ slot }) => slot)).size >= maxPerNode) return 'most';
  const taken = new Set(
    here.flatMap(({ ports }) => ports.map((port) => `${port.hostPort}/${port.protocol}`)),
  );
  const wanted = template.ports.filter(({ publish }) => publish === 'host');
  const fixed = wanted.filter(({ hostPort }) => hostPort > 0);
  for (const { hostPort, protocol } of fixed)
    if (taken.has(`${hostPort}/${protocol}`)) return 'port';
  const { first, count } = state.settings.hostPorts;
  if (wanted.length === 0) return volumeProblem(state, id, nodeId, spec);
  for (const protocol of ['tcp', 'udp']) {
    const free = Array.from({ length: count }, (_, at) => `${first + at}/${protocol}`).filter(
      (key) =>
        !taken.has(key) && !fixed.some((port) => `${port.hostPort}/${port.protocol}` === key),
    );
    const needed = wanted.filter(
      (port) => port.hostPort === 0 && port.protocol === protocol,
    ).length;
    if (needed > free.length) return 'ports';
  }
  return volumeProblem(state, id, nodeId, spec);
}

/** One task more would be too much for a quota, by all rows. */
function isOverQuota(
  state: ClusterState,
  id: string,
  { template: { reservations } }: ServiceSpec,
  later: readonly string[],
): boolean {
  const labelsOf = (service: string) => {
    const labels = state.services.get(service)?.spec.labels ?? [];
    return new Map(labels.map(({ key, value }) => [key, value]));
  };
  const mine = labelsOf(state.tasks.get(id)!.service);
  return state.quotas.keys().some((quota) => {
    const { selector, limits } = state.quotas.get(quota)!.spec;
    const selects = (labels: ReadonlyMap<string, string>) =>
      selector.every(({ key, value }) => labels.get(key) === value);
    if (!selects(mine)) return false;
    const sum = { tasks: 1, ...reservations };
    for (const other of state.tasks.keys()) {
      const task = state.tasks.get(other)!;
      if (other === id || later.includes(other) || !countsForQuotas(task)) continue;
      if (!selects(labelsOf(task.service))) continue;
      const { cpuMillis, memoryBytes } = specOf(state, task).template.reservations;
      sum.tasks += 1;
      sum.cpuMillis += cpuMillis;
      sum.memoryBytes += memoryBytes;
    }
    // What asks for none of an amount is not kept out by it.
    return (['tasks', 'cpuMillis', 'memoryBytes'] as const).some((amount) => {
      const asks = amount === 'tasks' || reservations[amount] > 0;
      return asks && limits[amount] > 0 && sum[amount] > limits[amount];
    });
  });
}

/** It is on a node and wanted there. */
function countsForQuotas({ observed, desired, lostUs }: Readonly<Task>): boolean {
  const wanted = desired === 'ready' || desired === 'running';
  return (
    wanted && lostUs === 0 && observed !== 'new' && observed !== 'pending' && !over.has(observed)
  );
}

function volumeProblem(
  state: ClusterState,
  id: string,
  nodeId: string,
  spec: ServiceSpec,
): string | null {
  for (const { source } of spec.template.volumes) {
    const volumes = state.volumes.keys().map((key) => state.volumes.get(key)!);
    const volume = volumes.find((one) => one.spec.name === source);
    if (volume === undefined) return 'no volume';
    const named = volume.spec.node;
    const place = volume.node === '' ? '' : state.nodes.get(volume.node)?.spec.name;
    const name = state.nodes.get(nodeId)!.spec.name;
    if (volume.spec.driver === 'local' && place !== '' && place !== name) return 'volume elsewhere';
    if (volume.spec.driver === 'local' && place === '' && named !== '' && named !== name) {
      return 'volume elsewhere';
    }
    const { claim } = volume;
    if (!volume.spec.exclusive || claim === null || claim.task === id) continue;
    const holder = state.nodes.get(claim.node);
    if (holder !== undefined && holder.status !== 'fenced') return 'volume in use';
  }
  return null;
}

function specOf(state: ClusterState, task: Readonly<Task>): ServiceSpec {
  return state.revisions.get(task.service, task.revision)!.spec;
}
