import { freeHostPorts } from '../allocator/leases.ts';
import { takesTasks } from '../nodes/eligible.ts';
import { quotaExceeded } from '../quotas/quotas.ts';
import type { ServiceSpec } from '../specs/service-spec.ts';
import type { Node, Task } from '../state/rows.ts';
import type { ClusterState } from '../state/state.ts';
import { isClaimable, nodeOf } from '../volumes/volumes.ts';
import { holds, runsOn } from './constraints.ts';
import type { Plan } from './plan.ts';

/** A task that looks for a node. */
export interface Ask {
  readonly task: Readonly<Task>;
  readonly spec: ServiceSpec;
}

export interface Filter {
  readonly name: string;
  /** Why the node will not do, or null when it will. */
  readonly rejects: (
    state: ClusterState,
    plan: Plan,
    id: string,
    node: Readonly<Node>,
    ask: Ask,
  ) => string | null;
}

/** In the order in which they are asked: what costs least first. */
export const filters: readonly Filter[] = [
  {
    name: 'availability',
    rejects: (_state, _plan, _id, node) => {
      if (takesTasks(node)) return null;
      return node.status === 'up'
        ? `it is set to ${node.spec.availability}`
        : `it is ${node.status}`;
    },
  },
  {
    name: 'quota',
    rejects: (state, plan, _id, _node, { task, spec }) =>
      quotaExceeded(state, task.service, spec.template.reservations, plan.groups),
  },
  {
    name: 'preassigned',
    rejects: (_state, _plan, id, _node, { task }) =>
      task.node === '' || task.node === id ? null : 'the task belongs on another node',
  },
  {
    name: 'architecture',
    rejects: (_state, _plan, _id, node, { spec }) =>
      runsOn(spec, node) ? null : `the image does not run on ${node.description.architecture}`,
  },
  {
    name: 'constraints',
    rejects: (_state, _plan, id, node, { spec }) => {
      const failed = spec.template.placement.constraints.find((one) => !holds(id, node, one));
      if (failed === undefined) return null;
      return `${failed.attribute} ${failed.operator} ${failed.value} does not hold`;
    },
  },
  { name: 'volumes', rejects: volumes },
  { name: 'max-per-node', rejects: maxPerNode },
  { name: 'resources', rejects: resources },
  {
    name: 'ports',
    rejects: (state, plan, id, _node, { spec }) =>
      freeHostPorts(state, id, spec, plan.of(id)?.ports) === null ? 'a host port is taken' : null,
  },
];

/** The first filter that a node does not pass, and why; null when it passes all. */
export function rejection(
  state: ClusterState,
  plan: Plan,
  id: string,
  node: Readonly<Node>,
  ask: Ask,
): { readonly filter: string; readonly why: string } | null {
  for (const { name, rejects } of filters) {
    const why = rejects(state, plan, id, node, ask);
    if (why !== null) return { filter: name, why };
  }
  return null;
}

function volumes(
  state: ClusterState,
  plan: Plan,
  id: string,
  _node: Readonly<Node>,
  { spec }: Ask,
): string | null {
  for (const { source } of spec.template.volumes) {
    const volumeId = state.named('volume', source);
    if (volumeId === undefined) return `there is no volume ${source}`;
    const volume = state.volumes.get(volumeId)!;
    const tied = plan.ties.get(volumeId) ?? nodeOf(state, volume);
    if (tied === null) return `volume ${source} is on a node that is not there`;
    if (tied !== '' && tied !== id) return `volume ${source} is on another node`;
    if (plan.claims.has(volumeId) || !isClaimable(state, volume)) {
      return `volume ${source} is in use`;
    }
  }
  return null;
}

/** Counts slots, not tasks: a task that replaces one of its slot may stand beside it for a while. */
function maxPerNode(
  state: ClusterState,
  plan: Plan,
  id: string,
  _node: Readonly<Node>,
  { task, spec }: Ask,
): string | null {
  const { maxPerNode: most } = spec.template.placement;
  if (most === 0) return null;
  const slots = new Set(plan.slots(id, task.service));
  for (const slot of state.index.loads.get(id)?.slots.get(task.service)?.keys() ?? []) {
    slots.add(slot);
  }
  slots.delete(task.slot);
  return slots.size < most ? null : `it has ${slots.size} tasks of the service`;
}

function resources(
  state: ClusterState,
  plan: Plan,
  id: string,
  { description }: Readonly<Node>,
  { spec }: Ask,
): string | null {
  const { reservations } = spec.template;
  const load = state.index.loads.get(id);
  const planned = plan.of(id);
  const cpu = (load?.cpuMillis ?? 0) + (planned?.cpuMillis ?? 0) + reservations.cpuMillis;
  if (reservations.cpuMillis > 0 && cpu > description.capacity.cpuMillis) {
    return 'too little processor';
  }
  const memory = (load?.memoryBytes ?? 0) + (planned?.memoryBytes ?? 0) + reservations.memoryBytes;
  const over = reservations.memoryBytes > 0 && memory > description.capacity.memoryBytes;
  return over ? 'too little memory' : null;
}
