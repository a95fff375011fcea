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
    case 'quota':
      return { id: answer.id, ...answer.quota, used: answer.used };
    default:
      return answer;
  }
}

/** A quota as a row: what is in use of what. */
export function quotaRow({
  quota: { spec },
  used,
}: Answer & { readonly kind: 'quota' }): Readonly<Record<string, string>> {
  const { selector, limits } = spec;
  const services = selector.map(({ key, value }) => `${key}=${value}`).join(',');
  const share = (amount: keyof typeof limits): string =>
    `${used[amount]}/${limits[amount] === 0 ? '-' : limits[amount]}`;
  const [tasks, cpuMillis, memoryBytes] = [
    share('tasks'),
    share('cpuMillis'),
    share('memoryBytes'),
  ];
  return { name: spec.name, services, tasks, cpuMillis, memoryBytes };
}
