import { fitsNode } from '../scheduler/constraints.ts';
import type { Node, Task } from '../state/rows.ts';
import type { ClusterState } from '../state/state.ts';
import { isOnNode } from '../tasks/task-states.ts';
import { mountsExclusive } from '../volumes/volumes.ts';

/** Whether a node takes new tasks. */
export function takesTasks(node: Readonly<Node>): boolean {
  return node.status === 'up' && node.spec.availability === 'active';
}

/** Whether a node gets nothing new now and keeps what it has: a global service leaves it as it is. */
export function isClosed(node: Readonly<Node>): boolean {
  return !takesTasks(node) && node.spec.availability !== 'drain';
}

/** Whether a global service is to begin on a node. */
export function mayComeTo(
  state: ClusterState,
  node: string,
  service: string,
  revision: number,
): boolean {
  const row = state.nodes.get(node);
  const { spec } = state.revisions.get(service, revision)!;
  return row !== undefined && takesTasks(row) && fitsNode(spec, node, row);
}

/** Whether a task has to go from a node that is there: it is drained, or is no longer of the kind. */
export function mustLeave(state: ClusterState, task: Readonly<Task>): boolean {
  if (!isOnNode(task.observed)) return false;
  const node = state.nodes.get(task.node);
  if (node === undefined) return false;
  if (node.spec.availability === 'drain') return true;
  const { spec } = state.revisions.get(task.service, task.revision)!;
  return !fitsNode(spec, task.node, node);
}

/** The worker stops the task by itself when its lease ends, and only then may another start. */
export function isFenced(state: ClusterState, task: Pick<Task, 'service' | 'revision'>): boolean {
  const { template } = state.revisions.get(task.service, task.revision)!.spec;
  return template.disconnect.kind === 'fence' || mountsExclusive(state, template);
}

/**
 * What the managers hold of a task on its node.
 * - `here`: it may be running, and nothing may stand in for it.
 * - `lost`: its node is down; it may be running, and the service has chosen not to wait.
 * - `fenced`: it has stopped, although nobody could say so yet.
 */
export function standsFor(state: ClusterState, task: Readonly<Task>): 'here' | 'lost' | 'fenced' {
  if (!isOnNode(task.observed)) return 'here';
  const service = state.services.get(task.service);
  if (service?.spec.mode.kind === 'global') return 'here';
  const status = state.nodes.get(task.node)?.status ?? 'fenced';
  if (status === 'up') return 'here';
  if (!isFenced(state, task)) return 'lost';
  return status === 'fenced' ? 'fenced' : 'here';
}

/** Whether all that was on a node is over there: then a drain has been carried out. */
export function isDrained(state: ClusterState, node: string): boolean {
  return state.nodes.get(node)?.spec.availability === 'drain' && !state.index.loads.has(node);
}
