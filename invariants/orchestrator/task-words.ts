import type { Task } from '../../src/systems/orchestrator/state/rows.ts';

/*
 * The checker's own words for the states of a task, written down once more, so that a slip in those of
 * the system is not shared.
 */

/** From first to last. */
export const observedOrder = [
  'new',
  'pending',
  'assigned',
  'accepted',
  'preparing',
  'ready',
  'starting',
  'running',
  'complete',
  'shutdown',
  'failed',
  'rejected',
  'orphaned',
] as const;

export const wishOrder = ['ready', 'running', 'shutdown', 'remove'] as const;

const ends: ReadonlySet<string> = new Set(observedOrder.slice(8));
const onNode: ReadonlySet<string> = new Set(observedOrder.slice(2, 8));

export function hasEnded(observed: Task['observed']): boolean {
  return ends.has(observed);
}

/** Some node has it in its hands. */
export function isOnNode(observed: Task['observed']): boolean {
  return onNode.has(observed);
}

export function isWanted({ desired }: Pick<Task, 'desired'>): boolean {
  return desired === 'ready' || desired === 'running';
}

/** It is what its slot has: wanted, not over, not given up for the time being. */
export function isLive(task: Readonly<Task>): boolean {
  return isWanted(task) && task.lostUs === 0 && !hasEnded(task.observed);
}

/** Live, running, and its probe has been content. */
export function isWell(task: Readonly<Task>): boolean {
  return isLive(task) && task.desired === 'running' && task.healthyUs > 0;
}
