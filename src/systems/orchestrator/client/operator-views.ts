import type { Answer, Named, TaskOf } from '../messages/client-messages.ts';
import type { OperatorResult } from './operator-action.ts';

/** Tasks as a table, the newest last; nodes that are gone have no name any more. */
export function listedTasks(tasks: readonly TaskOf[], nodes: readonly Named[]): OperatorResult {
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  const rows = tasks.map(({ id, task }) => ({
    id,
    slot: task.slot,
    node: task.node === '' ? '-' : (names.get(task.node) ?? task.node),
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
