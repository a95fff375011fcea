import type { TaskTemplate } from '../specs/task-template.ts';
import type { Volume } from '../state/rows.ts';
import type { ClusterState } from '../state/state.ts';

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

/** A node says that an exclusive volume is no longer open there. False for an older epoch. */
export function releaseVolume(
  state: ClusterState,
  node: string,
  volume: string,
  epoch: number,
): boolean {
  const claim = state.volumes.get(volume)?.claim;
  if (claim === undefined || claim === null) return false;
  if (claim.node !== node || claim.epoch !== epoch) return false;
  state.volumes.edit(volume).claim = null;
  return true;
}
