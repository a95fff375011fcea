import { type Candidate, type ServiceTable, serviceTable } from '../network/service-table.ts';
import type { Service } from '../state/rows.ts';
import type { ClusterState } from '../state/state.ts';
import { activeDeployment, compareSlots, isWell, wantedIn } from './slots.ts';

/**
 * Where the requests of a service go in one of its networks, as of the last entry. A task is in it
 * only while it is well and its slot is to have it, so a switch, a way back and a new deployment take
 * effect in the entry that commits them, before any task has stopped.
 *
 * Costs the tasks of the service. `network` is ignored with the endpoint mode `dns`.
 */
export function trafficOf(state: ClusterState, id: string, network: string): ServiceTable | null {
  const service = state.services.get(id);
  if (service === undefined) return null;
  const { name, endpoint } = service.spec;
  const vip = service.addresses.find((one) => one.network === network)?.address ?? 0;
  const head = { service: name, revision: state.applied, mode: endpoint.mode, vip };
  if (service.removing) return { ...head, sides: [], gone: true };
  const to = service.share?.revision ?? service.revision;
  const candidates = candidatesOf(state, id, service);
  const before = activeDeployment(state, service)?.from ?? to;
  const other = candidates.find(({ specVersion }) => specVersion !== to)?.specVersion ?? before;
  // All revisions but one count as one side: what an earlier deployment has left behind as well.
  const sided = candidates.map((one) =>
    one.specVersion === to ? one : { ...one, specVersion: other },
  );
  const weight = service.share?.weight ?? proportion(candidates, to);
  return serviceTable(head, sided, { from: other === to ? 0 : other, to, weight });
}

/** The tasks of the service that are well and wanted. */
function candidatesOf(state: ClusterState, id: string, service: Readonly<Service>): Candidate[] {
  const candidates: Candidate[] = [];
  const slots = [...(state.index.services.get(id)?.slots ?? [])];
  slots.sort(([a], [b]) => compareSlots(a, b));
  for (const [at, [slot, tasks]] of slots.entries()) {
    const { revisions, tolerated } = wantedIn(state, service, slot, tasks);
    for (const task of tasks) {
      const { revision, address } = state.tasks.get(task)!;
      const wanted = revision === tolerated || revisions.includes(revision);
      if (!wanted || !isWell(state.tasks.get(task)!)) continue;
      const number = Number.isNaN(Number(slot)) ? at + 1 : Number(slot);
      const where = { task, slot: number, address, specVersion: revision };
      candidates.push({ ...where, running: true, healthy: true, wanted });
    }
  }
  return candidates;
}

/** Without shares every task gets the same: a side as much as it has tasks, and never nothing. */
function proportion(candidates: readonly Candidate[], to: number): number {
  const some = candidates.filter(({ specVersion }) => specVersion === to).length;
  if (some === 0 || some === candidates.length) return some === 0 ? 0 : 100;
  return Math.min(99, Math.max(1, Math.round((some * 100) / candidates.length)));
}
