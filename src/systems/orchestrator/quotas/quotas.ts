import type { QuotaLimits } from '../specs/quota-spec.ts';
import type { ServiceSpec } from '../specs/service-spec.ts';
import type { Resources } from '../specs/task-template.ts';
import type { Quota } from '../state/rows.ts';
import type { ClusterState } from '../state/state.ts';
import { amounts, isSelected, nothing, type Usage } from './quota-index.ts';

type Amount = keyof QuotaLimits;

/** Where a manifest says how much of it a service is to have. */
const fields: Readonly<Record<Amount, string>> = {
  tasks: 'spec.replicas',
  cpuMillis: 'spec.resources.reservations.cpu',
  memoryBytes: 'spec.resources.reservations.memory',
};

const units: Readonly<Record<Amount, string>> = {
  tasks: 'tasks',
  cpuMillis: 'thousandths of a processor',
  memoryBytes: 'bytes of memory',
};

/**
 * Why one more task of a service may not be on any node now, or null. What is above its limit
 * already, as that was lowered, keeps what it has and gets nothing more of it.
 *
 * @param planned what a plan gives out besides, by quota
 */
export function quotaExceeded(
  state: ClusterState,
  service: string,
  reserved: Resources,
  planned: ReadonlyMap<string, Readonly<Usage>>,
): string | null {
  for (const id of state.index.quotas.of(service)) {
    const { spec } = state.quotas.get(id)!;
    const used = state.index.quotas.usage(id);
    const more = { tasks: 1, ...reserved };
    for (const amount of amounts) {
      const limit = spec.limits[amount];
      if (limit === 0 || more[amount] === 0) continue;
      const there = used[amount] + (planned.get(id)?.[amount] ?? 0);
      if (there + more[amount] <= limit) continue;
      return `quota ${spec.name}: ${there} of ${limit} ${units[amount]} are in use`;
    }
  }
  return null;
}

/** What a service asks for. One on each node asks for what it has: only nodes say how many. */
function demandOf(state: ClusterState, id: string, { mode, template }: ServiceSpec): Usage {
  if (mode.kind === 'global') return { ...state.index.quotas.heldBy(id) };
  const { cpuMillis, memoryBytes } = template.reservations;
  const { replicas } = mode;
  return {
    tasks: replicas,
    cpuMillis: replicas * cpuMillis,
    memoryBytes: replicas * memoryBytes,
  };
}

/**
 * Why a service may not be as it is asked for beside the others of its groups, with field and values;
 * null when it may. What asks for no more than before is always lawful, or nobody could get below a
 * limit step by step. Costs the services, where a quota is about this one.
 *
 * @param id of the service; of a new one, an id that nothing has yet
 */
export function quotaFault(state: ClusterState, id: string, spec: ServiceSpec): string | null {
  for (const quota of state.quotas.keys()) {
    const row = state.quotas.get(quota)!;
    if (!isSelected(row.spec.selector, spec.labels)) continue;
    const fault = demandFault(state, id, spec, row) ?? joinFault(state, id, quota, row);
    if (fault !== null) return fault;
  }
  return null;
}

function demandFault(
  state: ClusterState,
  id: string,
  spec: ServiceSpec,
  { spec: { name, selector, limits } }: Readonly<Quota>,
): string | null {
  const others = nothing();
  let before = nothing();
  for (const other of state.services.keys()) {
    const service = state.services.get(other)!;
    if (service.removing || !isSelected(selector, service.spec.labels)) continue;
    const asked = demandOf(state, other, service.spec);
    if (other === id) before = asked;
    else for (const amount of amounts) others[amount] += asked[amount];
  }
  const asked = demandOf(state, id, spec);
  for (const amount of amounts) {
    const limit = limits[amount];
    const sum = others[amount] + asked[amount];
    if (limit === 0 || asked[amount] <= before[amount] || sum <= limit) continue;
    const left = Math.max(0, limit - others[amount]);
    const what = `${asked[amount]} ${units[amount]}, quota ${name} has ${left} of ${limit} left`;
    return `${fields[amount]}: ${what}`;
  }
  return null;
}

/** A service that comes to a group brings what it has. */
function joinFault(
  state: ClusterState,
  id: string,
  quota: string,
  { spec: { name, limits } }: Readonly<Quota>,
): string | null {
  const { quotas } = state.index;
  if (quotas.of(id).includes(quota)) return null;
  const used = quotas.usage(quota);
  const held = quotas.heldBy(id);
  for (const amount of amounts) {
    const limit = limits[amount];
    if (limit === 0 || held[amount] === 0 || used[amount] + held[amount] <= limit) continue;
    const has = `it has ${held[amount]} ${units[amount]}`;
    return `metadata.labels: ${has}, quota ${name} has ${used[amount]} of ${limit} in use`;
  }
  return null;
}
