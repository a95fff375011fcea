import { ingressPorts } from '../allocator/leases.ts';
import type { ClusterState } from '../state/state.ts';

/**
 * Drops the revisions of a service that nothing needs: no task is of them, nothing is deployed from
 * or to them, and nothing goes back to them. Their ports are free by this.
 */
export function releaseRevisions(state: ClusterState, id: string): void {
  const service = state.services.get(id);
  if (service === undefined) return;
  const needed = new Set([service.revision, service.previousRevision]);
  const deployment = state.deployments.get(service.deployment);
  if (deployment !== undefined) needed.add(deployment.from).add(deployment.to);
  const tasks = state.index.services.get(id)?.revisions;
  const kept = new Set<string>();
  const dropped: string[] = [];
  for (const revision of state.revisions.keys(id)) {
    const ports = ingressPorts(state.revisions.get(id, revision)!.spec);
    if (needed.has(revision) || tasks?.has(revision) === true) {
      for (const port of ports) kept.add(port);
      continue;
    }
    dropped.push(...ports);
    state.revisions.delete(id, revision);
    for (const key of state.restarts.keys(id)) {
      if (key.startsWith(`${revision}/`)) state.restarts.delete(id, key);
    }
  }
  for (const port of dropped) if (!kept.has(port)) state.ports.delete('', port);
}

/** Takes a service away whose last task is gone: from now on its addresses and ports are free. */
export function dropService(state: ClusterState, id: string): void {
  const service = state.services.get(id);
  if (service === undefined) return;
  for (const { address } of service.addresses) state.addresses.delete(0, address);
  for (const revision of state.revisions.keys(id)) {
    for (const port of ingressPorts(state.revisions.get(id, revision)!.spec)) {
      state.ports.delete('', port);
    }
    state.revisions.delete(id, revision);
  }
  for (const key of state.restarts.keys(id)) state.restarts.delete(id, key);
  for (const deployment of [service.deployment, service.lastDeployment]) {
    if (deployment !== '') state.deployments.delete(deployment);
  }
  for (const node of state.penalties.groupKeys()) state.penalties.delete(node, id);
  state.globals.delete(id);
  state.index.quotas.serviceGone(id);
  state.services.delete(id);
}
