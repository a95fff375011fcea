import { freeHostPorts, takeHostPorts } from '../allocator/leases.ts';
import type { CommandOf } from '../state/command.ts';
import type { Reply } from '../state/reply.ts';
import type { ClusterState } from '../state/state.ts';
import { changeTask, stepTask } from '../tasks/task-life.ts';
import { attachVolumes } from '../volumes/volumes.ts';
import { rejection } from './filters.ts';
import { Plan } from './plan.ts';
import type { Assignment } from './schedule.ts';

/** Puts tasks on nodes, one after another; those that do not fit any more stay where they are. */
export function assignTasks(state: ClusterState, { assignments }: CommandOf<'assign'>): Reply {
  let effective = 0;
  for (const assignment of assignments) if (assign(state, assignment)) effective += 1;
  return { kind: 'batch', effective };
}

function assign(state: ClusterState, { task: id, node: nodeId }: Assignment): boolean {
  const task = state.tasks.get(id);
  const node = state.nodes.get(nodeId);
  if (task === undefined || node === undefined || task.observed !== 'pending') return false;
  if (task.desired !== 'ready' && task.desired !== 'running') return false;
  const { spec } = state.revisions.get(task.service, task.revision)!;
  if (rejection(state, new Plan(), nodeId, node, { task, spec }) !== null) return false;
  const ports = freeHostPorts(state, nodeId, spec)!;
  takeHostPorts(state, nodeId, id, ports);
  attachVolumes(state, spec.template, id, nodeId);
  changeTask(state, id, (row) => {
    row.node = nodeId;
    row.ports = ports;
    stepTask(row, 'scheduler', 'assigned');
  });
  return true;
}
