import type { Labels } from '../../src/systems/orchestrator/specs/labels.ts';
import type { Quota, Service, Task } from '../../src/systems/orchestrator/state/rows.ts';
import type { ClusterState } from '../../src/systems/orchestrator/state/state.ts';
import { type EntryRung, entryRung, type Finding } from './entry-rung.ts';
import type { Change } from './store-past.ts';
import { isLive, isOnNode } from './task-words.ts';

const amounts = ['tasks', 'cpuMillis', 'memoryBytes'] as const;
type Sum = Record<(typeof amounts)[number], number>;

const nothing = (): Sum => ({ tasks: 0, cpuMillis: 0, memoryBytes: 0 });

/** What the checker has counted itself, row by row. */
class Groups {
  /** By service: what its wanted tasks on nodes add up to. */
  readonly services: Map<string, Sum> = new Map();
  readonly labels: Map<string, Labels> = new Map();
  /** By quota: what its group had after the entry before. */
  readonly before: Map<string, Sum> = new Map();

  of({ selector }: Quota['spec']): Sum {
    const sum = nothing();
    for (const [service, held] of this.services) {
      const labels = this.labels.get(service) ?? [];
      const isOne = selector.every(({ key, value }) =>
        labels.some((label) => label.key === key && label.value === value),
      );
      if (isOne) for (const amount of amounts) sum[amount] += held[amount];
    }
    return sum;
  }

  /** Takes a changed task in; gives by how much its service has more now. */
  take(state: ClusterState, { before, after }: Change<Task>): Sum {
    const { service, revision } = (after ?? before)!;
    // A revision goes with the last of its tasks, in the entry that takes the row away: it counted no more.
    const spec = state.revisions.get(service, revision)?.spec;
    const reserved = spec?.template.reservations ?? { cpuMillis: 0, memoryBytes: 0 };
    const times = Number(counts(after)) - Number(counts(before));
    const more: Sum = {
      tasks: times,
      cpuMillis: times * reserved.cpuMillis,
      memoryBytes: times * reserved.memoryBytes,
    };
    const held = this.services.get(service) ?? nothing();
    for (const amount of amounts) held[amount] += more[amount];
    this.services.set(service, held);
    return more;
  }
}

function counts(task: Readonly<Task> | undefined): boolean {
  return task !== undefined && isOnNode(task.observed) && isLive(task);
}

/** Its node is back: it stayed where it was, and counts again. */
function isBack({ before, after }: Change<Task>): boolean {
  return before !== undefined && before.lostUs > 0 && after?.lostUs === 0;
}

export const quotasHold: EntryRung = entryRung({
  id: 'S33',
  title: 'quotas',
  statement:
    'What the tasks of a group of services that are wanted on nodes have together never grows beyond its quota, but for a task that others stood in for and whose node is back.',
  source: 'Kubernetes, ResourceQuota; Nomad, quotas of namespaces',
  owedUnder: 'any damage',
  ghost: () => new Groups(),
  judge({ past, state }, groups) {
    const quotas = past.of<Quota>('quotas');
    const services = past.of<Service>('services');
    const tasks = past.of<Task>('tasks');
    if (quotas.length + services.length + tasks.length === 0) return null;
    // What came back by itself, by service.
    const back = new Map<string, Sum>();
    for (const change of tasks) {
      const more = groups.take(state, change);
      if (!isBack(change)) continue;
      const { service } = change.after!;
      const sum = back.get(service) ?? nothing();
      for (const amount of amounts) sum[amount] += more[amount];
      back.set(service, sum);
    }
    for (const { key, after } of services) {
      const id = String(key);
      if (after !== undefined) groups.labels.set(id, after.spec.labels);
      else for (const map of [groups.labels, groups.services]) map.delete(id);
    }
    return judge(state, groups, back);
  },
});

function judge(state: ClusterState, groups: Groups, back: ReadonlyMap<string, Sum>): Finding {
  let finding: Finding = null;
  for (const id of state.quotas.keys()) {
    const { spec } = state.quotas.get(id)!;
    const now = groups.of(spec);
    const before = groups.before.get(id);
    groups.before.set(id, now);
    if (before === undefined) continue;
    for (const amount of amounts) {
      const limit = spec.limits[amount];
      if (limit === 0 || now[amount] <= before[amount]) continue;
      finding = true;
      let returned = 0;
      for (const sum of back.values()) returned += sum[amount];
      if (now[amount] <= Math.max(limit, before[amount] + returned)) continue;
      return { quota: spec.name, of: amount, limit, before: before[amount], now: now[amount] };
    }
  }
  return finding;
}
