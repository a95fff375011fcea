import type { Task } from '../state/rows.ts';
import type { ClusterState } from '../state/state.ts';
import { hasFailed, isTerminal } from '../tasks/task-states.ts';

/** Whether a slot may have a new task, and from when on. */
export type RestartDecision =
  /** Nothing ended here by itself: what is made now is no restart. */
  | { readonly kind: 'fresh' }
  /** A restart that may begin to run at `notBeforeUs`. */
  | { readonly kind: 'restart'; readonly notBeforeUs: number }
  /** As often as the policy allows has been; one is free at `untilUs`. */
  | { readonly kind: 'wait'; readonly untilUs: number }
  /** Never: it has done its work, or has been restarted as often as it may be. */
  | { readonly kind: 'never' };

const fresh: RestartDecision = { kind: 'fresh' };
const never: RestartDecision = { kind: 'never' };

/**
 * What the restart policy says about a slot whose newest task of a revision has ended. It rests on
 * what is committed alone, so a new leader counts no restart anew.
 */
export function decideRestart(
  state: ClusterState,
  service: string,
  slot: string,
  revision: number,
  tasks: readonly string[],
  nowUs: number,
): RestartDecision {
  const last = lastEnded(state, tasks, revision);
  if (last === null) return fresh;
  const policy = state.revisions.get(service, revision)!.spec.template.restart;
  const failed = hasFailed(last.observed);
  if (policy.condition === 'none') return never;
  if (policy.condition === 'on-failure' && !failed) return never;
  const notBeforeUs = last.endedUs + policy.delayUs;
  if (policy.maxAttempts === 0) return { kind: 'restart', notBeforeUs };
  const times = state.restarts.get(service, restartsKey(revision, slot))?.times ?? [];
  if (times.length < policy.maxAttempts) return { kind: 'restart', notBeforeUs };
  if (policy.windowUs === 0) return never;
  const untilUs = times[times.length - policy.maxAttempts]! + policy.windowUs;
  if (nowUs < untilUs) return { kind: 'wait', untilUs };
  return { kind: 'restart', notBeforeUs };
}

/** The newest task of a revision in a slot, if it ended by itself while it was wanted. */
function lastEnded(
  state: ClusterState,
  tasks: readonly string[],
  revision: number,
): Readonly<Task> | null {
  for (let at = tasks.length - 1; at >= 0; at--) {
    const task = state.tasks.get(tasks[at]!)!;
    if (task.revision === revision) return endedByItself(task) ? task : null;
  }
  return null;
}

/** It was wanted when it ended, and its node is not to blame. */
export function endedByItself(task: Readonly<Task>): boolean {
  if (!isTerminal(task.observed) || task.observed === 'orphaned') return false;
  return task.desired === 'running' || task.desired === 'ready';
}

/** The key of a slot's restarts of one revision. */
export function restartsKey(revision: number, slot: string): string {
  return `${revision}/${slot}`;
}

/** Writes a restart into the history of its slot. Unlimited ones are not counted. */
export function recordRestart(
  state: ClusterState,
  service: string,
  slot: string,
  revision: number,
): void {
  const { maxAttempts } = state.revisions.get(service, revision)!.spec.template.restart;
  if (maxAttempts === 0) return;
  const key = restartsKey(revision, slot);
  if (state.restarts.get(service, key) === undefined) {
    state.restarts.insert(service, key, { times: [] });
  }
  const row = state.restarts.edit(service, key);
  row.times = [...row.times, state.timeUs].slice(-maxAttempts);
}

/** Forgets the restarts of a slot that is no longer there. */
export function forgetRestarts(state: ClusterState, service: string, slot: string): void {
  for (const revision of state.revisions.keys(service)) {
    state.restarts.delete(service, restartsKey(revision, slot));
  }
}
