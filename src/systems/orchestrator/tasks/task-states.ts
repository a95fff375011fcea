/** The states that a task goes through, in order; one never goes back. As in SwarmKit's task model. */
export const taskStates = [
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
export type TaskState = (typeof taskStates)[number];

/** What the managers want of a task, in order; a wish never goes back. */
export const desiredStates = ['ready', 'running', 'shutdown', 'remove'] as const;
export type DesiredState = (typeof desiredStates)[number];

/** Who may write a task's state. */
export const actors = ['allocator', 'scheduler', 'agent', 'manager'] as const;
export type Actor = (typeof actors)[number];

const ranks: ReadonlyMap<string, number> = new Map(taskStates.map((state, rank) => [state, rank]));
const wishes: ReadonlyMap<string, number> = new Map(
  desiredStates.map((state, rank) => [state, rank]),
);

/** The position of a state in the order. */
export function rankOf(state: TaskState): number {
  return ranks.get(state)!;
}

/** The position of a wish in the order. */
export function wishRank(state: DesiredState): number {
  return wishes.get(state)!;
}

const firstEnd: number = rankOf('complete');
const firstOnNode: number = rankOf('assigned');

/** It is over: no container of it runs, or its node is given up for good. */
export function isTerminal(state: TaskState): boolean {
  return rankOf(state) >= firstEnd;
}

/** Its agent may have it in its hands: it has been given to a node and has not ended. */
export function isOnNode(state: TaskState): boolean {
  const rank = rankOf(state);
  return rank >= firstOnNode && rank < firstEnd;
}

/** It ended by itself and not well. */
export function hasFailed(state: TaskState): boolean {
  return state === 'failed' || state === 'rejected';
}

// A task that has begun to run can no longer be refused.
const untilReady: ReadonlySet<TaskState> = new Set(['assigned', 'accepted', 'preparing']);
const agentMay: ReadonlySet<TaskState> = new Set([
  'accepted',
  'preparing',
  'ready',
  'starting',
  'running',
  'complete',
  'shutdown',
  'failed',
]);

/**
 * The table of steps: whether `actor` may move a task from one state to another. An agent reports
 * what it sees when it gets to it, so its steps may leave out states in between.
 */
export function mayStep(actor: Actor, from: TaskState, to: TaskState): boolean {
  switch (actor) {
    case 'allocator':
      return from === 'new' && to === 'pending';
    case 'scheduler':
      return from === 'pending' && to === 'assigned';
    case 'agent':
      if (!isOnNode(from) || rankOf(to) <= rankOf(from)) return false;
      return to === 'rejected' ? untilReady.has(from) : agentMay.has(to);
    case 'manager':
      return isOnNode(from) && to === 'orphaned';
  }
}

/** Whether a wish may follow another: only forward. */
export function mayWish(from: DesiredState, to: DesiredState): boolean {
  return wishRank(to) > wishRank(from);
}
