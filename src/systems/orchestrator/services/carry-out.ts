import type { CommandOf } from '../state/command.ts';
import type { Reply } from '../state/reply.ts';
import type { ClusterState } from '../state/state.ts';
import { addTask, changeTask, dropTask, wish } from '../tasks/task-life.ts';
import { isIdle, reconcileSlot } from './reconcile.ts';
import { forgetRestarts, recordRestart } from './restart.ts';
import { dropService, releaseRevisions } from './revisions.ts';

/** Brings slots to what they should be by now. */
export function reconcileSlots(state: ClusterState, { slots }: CommandOf<'reconcile'>): Reply {
  let effective = 0;
  for (const { service, slot } of slots) if (reconcile(state, service, slot)) effective += 1;
  return { kind: 'batch', effective };
}

function reconcile(state: ClusterState, service: string, slot: string): boolean {
  const actions = reconcileSlot(state, service, slot, state.timeUs);
  if (isIdle(actions)) return false;
  for (const id of actions.stops) wish(state, id, 'shutdown');
  for (const id of actions.removes) wish(state, id, 'remove');
  for (const id of actions.loses) {
    changeTask(state, id, (task) => {
      task.lostUs = state.timeUs;
    });
  }
  for (const id of actions.finds) {
    changeTask(state, id, (task) => {
      task.lostUs = 0;
    });
  }
  for (const id of actions.runs) wish(state, id, 'running');
  for (const created of actions.creates) {
    addTask(state, created);
    if (created.restart) recordRestart(state, service, slot, created.revision);
  }
  for (const id of actions.reaps) dropTask(state, id);
  if (actions.reaps.length > 0) afterReaping(state, service, slot);
  return true;
}

function afterReaping(state: ClusterState, service: string, slot: string): void {
  if (state.index.slot(service, slot).length === 0) forgetRestarts(state, service, slot);
  const removing = state.services.get(service)?.removing === true;
  if (removing && !state.index.services.has(service)) dropService(state, service);
  else releaseRevisions(state, service);
}
