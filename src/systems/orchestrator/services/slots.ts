import { type Deployment, hasEnded, targetOf } from '../deployments/deployment.ts';
import type { Service, Task } from '../state/rows.ts';
import type { ClusterState } from '../state/state.ts';
import { isLive } from '../state/task-index.ts';

/** Orders slots: numbers by size, nodes by id. */
export function compareSlots(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  if (!Number.isNaN(difference)) return difference;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Which revisions a slot is to have a task of, and which are put up with for now. */
export interface Wanted {
  readonly revisions: readonly number[];
  /** Until the wanted ones are well; 0 for none. */
  readonly tolerated: number;
}

const nothing: Wanted = { revisions: [], tolerated: 0 };

/** The deployment of a service that is under way, or null. */
export function activeDeployment(
  state: ClusterState,
  service: Pick<Service, 'deployment'>,
): Readonly<Deployment> | null {
  return state.deployments.get(service.deployment) ?? null;
}

/**
 * The percentages through which a deployment side by side goes, the last one 100, with how long
 * each lasts. Null when it is rolling, as every way back is.
 */
export function stagesOf(
  service: Pick<Service, 'spec'>,
  deployment: Pick<Deployment, 'strategy'>,
): readonly { readonly weight: number; readonly holdUs: number }[] | null {
  const { strategy } = service.spec.update;
  if (deployment.strategy === 'rolling') return null;
  if (strategy.kind === 'canary' && deployment.strategy === 'canary') {
    return [...strategy.steps, { weight: 100, holdUs: 0 }];
  }
  const holdUs = strategy.kind === 'blue-green' ? strategy.keepUs : 0;
  return [{ weight: 100, holdUs }];
}

/** How many slots have a task of the new revision in the present stage. */
export function stagedSlots(
  service: Pick<Service, 'spec'>,
  deployment: Readonly<Deployment>,
): number {
  const { mode } = service.spec;
  const stages = stagesOf(service, deployment);
  if (stages === null || mode.kind !== 'replicated') return 0;
  const { weight } = stages[Math.min(deployment.stage, stages.length - 1)]!;
  return Math.min(mode.replicas, Math.ceil((mode.replicas * weight) / 100));
}

/** The slots that a service has now; global ones are decided node by node. */
export function hasSlot(service: Readonly<Service>, slot: string): boolean {
  if (service.removing) return false;
  const { mode } = service.spec;
  return mode.kind === 'global' || (Number(slot) >= 1 && Number(slot) <= mode.replicas);
}

/** Whether rolling has come to a slot, and it is to have the target's revision by now. */
export function isVisited(deployment: Readonly<Deployment>, slot: string): boolean {
  return deployment.cursor !== '' && compareSlots(slot, deployment.cursor) <= 0;
}

/** What a slot is to have, by the service and its deployment alone. */
export function wantedIn(
  state: ClusterState,
  service: Readonly<Service>,
  slot: string,
  tasks: readonly string[],
): Wanted {
  if (!hasSlot(service, slot)) return nothing;
  const deployment = activeDeployment(state, service);
  if (deployment === null || hasEnded(deployment)) return only(service.revision);
  const { from, to, phase } = deployment;
  if (deployment.strategy === 'rolling') {
    const target = targetOf(deployment);
    const otherwise = target === to ? from : to;
    // On the way back nothing new is made of what is left behind: an empty slot gets the target.
    const unmade = phase === 'rolling-back' ? target : otherwise;
    if (!isVisited(deployment, slot)) return only(unvisited(state, tasks, target, unmade));
    const other = baseOf(state, tasks, target, otherwise);
    const { order } = rollingOf(service, deployment);
    return { revisions: [target], tolerated: order === 'start-first' ? other : 0 };
  }
  if (phase === 'retiring') return only(to);
  const base = baseOf(state, tasks, to, from);
  if (phase === 'rolling-back') return only(base);
  const both = Number(slot) <= stagedSlots(service, deployment);
  return both ? { revisions: [base, to], tolerated: 0 } : only(base);
}

/** How tasks of a rolling deployment are replaced, forward or back. */
export function rollingOf(
  service: Pick<Service, 'spec'>,
  deployment: Pick<Deployment, 'phase' | 'back'>,
): {
  readonly parallelism: number;
  readonly delayUs: number;
  readonly order: 'stop-first' | 'start-first';
} {
  const { update, rollback } = service.spec;
  if (deployment.back || deployment.phase === 'rolling-back') return rollback;
  const { strategy } = update;
  // The strategy was changed on the way: then one by one.
  return strategy.kind === 'rolling'
    ? strategy
    : { parallelism: 1, delayUs: 0, order: 'stop-first' };
}

function only(revision: number): Wanted {
  return { revisions: [revision], tolerated: 0 };
}

/** What stays in a slot that has not been visited: a task of the target, should it be good. */
function unvisited(
  state: ClusterState,
  tasks: readonly string[],
  target: number,
  otherwise: number,
): number {
  const live = liveTask(state, tasks, target);
  if (live === null) return baseOf(state, tasks, target, otherwise);
  const base = baseOf(state, tasks, target, 0);
  return base === 0 || isWell(state.tasks.get(live)!) ? target : base;
}

/**
 * The revision beside the target that a slot has, and if it has none the one to have. Of several that
 * of a task that is well: what a deployment that was given up has left may be all that runs.
 */
function baseOf(
  state: ClusterState,
  tasks: readonly string[],
  target: number,
  otherwise: number,
): number {
  let base = otherwise;
  let best = -1;
  for (const id of tasks) {
    const task = state.tasks.get(id)!;
    if (task.revision === target || !isLive(task)) continue;
    const rank = (isWell(task) ? 2 : 0) + (task.revision === otherwise ? 1 : 0);
    if (rank < best) continue;
    best = rank;
    base = task.revision;
  }
  return base;
}

/** The task of a slot that is live and of a revision: the newest, should there be several. */
export function liveTask(
  state: ClusterState,
  tasks: readonly string[],
  revision: number,
): string | null {
  for (let at = tasks.length - 1; at >= 0; at--) {
    const task = state.tasks.get(tasks[at]!)!;
    if (task.revision === revision && isLive(task)) return tasks[at]!;
  }
  return null;
}

/** Running, its probe content, and wanted so. */
export function isWell(task: Readonly<Task>): boolean {
  return task.healthyUs > 0 && task.desired === 'running' && isLive(task);
}
