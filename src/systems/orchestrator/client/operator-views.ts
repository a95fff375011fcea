import type { Answer, TaskOf } from '../messages/client-messages.ts';
import type { OperatorResult } from './operator-action.ts';

/** Tasks as a table, the newest last. */
export function listedTasks(tasks: readonly TaskOf[]): OperatorResult {
  const rows = tasks.map(({ id, task }) => ({
    id,
    slot: task.slot,
    node: task.node === '' ? '-' : task.node,
    wanted: task.desired,
    state: task.observed,
    health: task.health,
    reason: task.reason,
  }));
  return { kind: 'rows', rows };
}

/** An object without what only machines read. */
export function inspected(answer: Answer): unknown {
  switch (answer.kind) {
    case 'service':
      return { id: answer.id, ...answer.service };
    case 'node':
      return { id: answer.id, ...answer.node };
    case 'volume':
      return { id: answer.id, ...answer.volume };
    default:
      return answer;
  }
}
