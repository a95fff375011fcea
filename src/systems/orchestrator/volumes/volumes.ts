import type { TaskTemplate } from '../specs/task-template.ts';
import { done, type Reply, refuse } from '../state/reply.ts';
import type { Volume } from '../state/rows.ts';
import type { ClusterState } from '../state/state.ts';
import { isOnNode } from '../tasks/task-states.ts';

/** Whether tasks of a template have a volume that one task alone may have open. */
export function mountsExclusive(state: ClusterState, template: TaskTemplate): boolean {
  return template.volumes.some(({ source }) => {
    const id = state.named('volume', source);
    return id !== undefined && state.volumes.get(id)!.spec.exclusive;
  });
}

/**
 * Whether a volume may be given to a task: nobody has it, or whoever had it is on a node that has
 * stopped what was to be fenced, so that the newer epoch is the only one in use.
 */
export function isClaimable(state: ClusterState, volume: Readonly<Volume>): boolean {
  if (!volume.spec.exclusive || volume.claim === null) return true;
  return (state.nodes.get(volume.claim.node)?.status ?? 'fenced') === 'fenced';
}

/** The node that a volume is tied to: its id, empty for any. Null when that node is not there. */
export function nodeOf(state: ClusterState, volume: Readonly<Volume>): string | null {
  if (volume.spec.driver === 'shared') return '';
  if (volume.node !== '') return volume.node;
  if (volume.spec.node === '') return '';
  return state.named('node', volume.spec.node) ?? null;
}

/**
 * Gives a task its volumes on a node: ties local ones to the node, and claims exclusive ones with
 * the index of the entry as their epoch. What is asked for must be possible.
 */
export function attachVolumes(
  state: ClusterState,
  template: TaskTemplate,
  task: string,
  node: string,
): void {
  for (const { source } of template.volumes) {
    const id = state.named('volume', source)!;
    const volume = state.volumes.get(id)!;
    if (volume.spec.driver === 'local' && volume.node === '') state.volumes.edit(id).node = node;
    if (volume.spec.exclusive) {
      state.volumes.edit(id).claim = { task, node, epoch: state.applied };
    }
  }
}

/** Ends the claims of a task whose node is fenced: nothing is open there any more. */
export function dropClaims(state: ClusterState, template: TaskTemplate, task: string): void {
  for (const { source } of template.volumes) {
    const id = state.named('volume', source);
    if (id === undefined || state.volumes.get(id)!.claim?.task !== task) continue;
    state.volumes.edit(id).claim = null;
  }
}

/** Whether the claim of an epoch is of a task that is not over, as far as was reported. */
export function isClaimInUse(
  state: ClusterState,
  { claim }: Readonly<Volume>,
  epoch: number,
): boolean {
  if (claim?.epoch !== epoch) return false;
  const task = state.tasks.get(claim.task);
  return task !== undefined && task.node === claim.node && isOnNode(task.observed);
}

/**
 * A node says that an exclusive volume is no longer open there. Refused for an older epoch, and before
 * the end of the task was reported, as a task that runs has its claim: then it is to be said again.
 */
export function releaseVolume(
  state: ClusterState,
  node: string,
  volume: string,
  epoch: number,
): Reply {
  const row = state.volumes.get(volume);
  if (row?.claim?.node !== node || row.claim.epoch !== epoch) return refuse('stale', volume);
  if (isClaimInUse(state, row, epoch)) return refuse('in-use', volume);
  state.volumes.edit(volume).claim = null;
  return done;
}
