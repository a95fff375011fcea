import { serviceAddresses, takeIngressPorts, takenIngressPort } from '../allocator/leases.ts';
import { hasEnded } from '../deployments/deployment.ts';
import { beginDeployment, enter, mayRollBack, restore, rollBack } from '../deployments/steps.ts';
import { quotaFault } from '../quotas/quotas.ts';
import { sameTemplate } from '../specs/resource.ts';
import { type ServiceSpec, serviceFaults } from '../specs/service-spec.ts';
import type { CommandOf } from '../state/command.ts';
import { done, type Reply, refuse } from '../state/reply.ts';
import type { Service } from '../state/rows.ts';
import type { ClusterState } from '../state/state.ts';
import { secretVersions } from '../trust/secret-changes.ts';
import { dropService, releaseRevisions } from './revisions.ts';

/** Who asks: somebody who may ask for too much, or a backup of what was granted. */
type Asker = 'client' | 'trusted';

/**
 * Makes a service, with all its addresses and ports or not at all.
 *
 * @param by `trusted`: quotas say when its tasks may start, and no more than that
 */
export function createService(
  state: ClusterState,
  { spec }: CommandOf<'create-service'>,
  by: Asker = 'client',
): Reply {
  const wrong = faultsOf(spec);
  if (wrong !== null) return wrong;
  if (state.named('service', spec.name) !== undefined) return refuse('exists', spec.name);
  const secrets = secretVersions(state, spec.template);
  if (typeof secrets === 'string') return refuse('invalid', `there is no secret ${secrets}`);
  const over = by === 'client' ? quotaFault(state, '', spec) : null;
  if (over !== null) return refuse('over-quota', over);
  const id = state.nextId();
  const port = takenIngressPort(state, id, spec);
  if (port !== null) return refuse('exhausted', `port ${port} is taken`);
  const addresses = serviceAddresses(state, id, spec, []);
  if (addresses === null) return refuse('exhausted', 'no virtual address is free');
  state.services.insert(id, {
    spec,
    version: 1,
    createdIndex: state.applied,
    revision: 1,
    previousRevision: 0,
    nextRevision: 2,
    addresses,
    share: null,
    deployment: '',
    lastDeployment: '',
    removing: false,
  });
  state.revisions.insert(id, 1, { spec, secrets });
  takeIngressPorts(state, id, spec);
  state.names.set(`service/${spec.name}`, id);
  if (spec.mode.kind === 'global') state.globals.add(id);
  state.index.quotas.serviceChanged(id, spec.labels);
  return { kind: 'object', id, version: 1 };
}

function faultsOf(spec: ServiceSpec): Reply | null {
  const fault = serviceFaults(spec)[0];
  return fault === undefined ? null : refuse('invalid', `${fault.field}: ${fault.what}`);
}

/**
 * Changes what is wanted of a service. Another template begins a deployment; all else counts at once,
 * for a deployment under way too.
 *
 * @param by as for `createService`
 */
export function updateService(
  state: ClusterState,
  { service: id, version, spec }: CommandOf<'update-service'>,
  by: Asker = 'client',
): Reply {
  const before = state.services.get(id);
  if (before === undefined || before.removing) return refuse('not-found', id);
  if (version !== 0 && version !== before.version) return refuse('conflict', id);
  const wrong = faultsOf(spec);
  if (wrong !== null) return wrong;
  if (spec.name !== before.spec.name) return refuse('invalid', 'metadata.name: it is fixed');
  if (spec.mode.kind !== before.spec.mode.kind) return refuse('invalid', 'spec.mode: it is fixed');
  const secrets = secretVersions(state, spec.template);
  if (typeof secrets === 'string') return refuse('invalid', `there is no secret ${secrets}`);
  const over = by === 'client' ? quotaFault(state, id, spec) : null;
  if (over !== null) return refuse('over-quota', over);
  const port = takenIngressPort(state, id, spec);
  if (port !== null) return refuse('exhausted', `port ${port} is taken`);
  const addresses = serviceAddresses(state, id, spec, before.addresses);
  if (addresses === null) return refuse('exhausted', 'no virtual address is free');
  const service = state.services.edit(id);
  // A secret has a newer version since: then the same words ask for something else.
  const known = state.revisions.get(id, service.revision)!;
  const deploys =
    !sameTemplate(spec.template, service.spec.template) || !sameNumbers(secrets, known.secrets);
  service.spec = spec;
  state.index.quotas.serviceChanged(id, spec.labels);
  service.addresses = addresses;
  service.version += 1;
  if (deploys) {
    const revision = revisionFor(state, id, service, secrets);
    beginDeployment(state, id, service, revision, false);
    service.revision = revision;
    takeIngressPorts(state, id, spec);
    releaseRevisions(state, id);
  }
  return { kind: 'object', id, version: service.version };
}

/** The number of the revision with this template: a known one, or a new one. */
function revisionFor(
  state: ClusterState,
  id: string,
  service: Service,
  secrets: readonly number[],
): number {
  const { spec } = service;
  for (const revision of state.revisions.keys(id)) {
    const known = state.revisions.get(id, revision)!;
    const isSame = sameTemplate(known.spec.template, spec.template);
    if (isSame && sameNumbers(known.secrets, secrets)) return revision;
  }
  const revision = service.nextRevision;
  service.nextRevision += 1;
  state.revisions.insert(id, revision, { spec, secrets });
  return revision;
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((number, at) => number === b[at]);
}

/** The name is free at once; the rest when the last task is over. */
export function removeService(
  state: ClusterState,
  { service: id, version }: CommandOf<'remove-service'>,
): Reply {
  const before = state.services.get(id);
  if (before === undefined || before.removing) return refuse('not-found', id);
  if (version !== 0 && version !== before.version) return refuse('conflict', id);
  const service = state.services.edit(id);
  service.removing = true;
  service.version += 1;
  state.names.delete(`service/${service.spec.name}`);
  const deployment = state.deployments.get(service.deployment);
  if (deployment !== undefined && !hasEnded(deployment)) {
    const row = state.deployments.edit(service.deployment);
    enter(row, 'superseded');
    row.batch = [];
  }
  if (!state.index.services.has(id)) dropService(state, id);
  return done;
}

/** A person's word on a deployment. */
export function controlDeployment(
  state: ClusterState,
  { service: id, action }: CommandOf<'control-deployment'>,
): Reply {
  const before = state.services.get(id);
  if (before === undefined || before.removing) return refuse('not-found', id);
  const known = state.deployments.get(before.deployment);
  if (action === 'rollback') return goBack(state, id);
  if (known === undefined) return refuse('wrong-state', 'nothing is being deployed');
  if (action === 'promote') {
    if (known.strategy === 'rolling' || known.phase !== 'updating' || known.approved) {
      return refuse('wrong-state', 'there is nothing to promote');
    }
    const row = state.deployments.edit(before.deployment);
    row.approved = true;
    row.version += 1;
    return done;
  }
  if ((action === 'pause') === (known.paused !== 'none')) {
    return refuse('wrong-state', `it is ${action === 'pause' ? '' : 'not '}paused`);
  }
  const row = state.deployments.edit(before.deployment);
  row.paused = action === 'pause' ? 'user' : 'none';
  row.version += 1;
  if (action === 'resume') {
    row.failures = 0;
    row.progressUs = state.timeUs;
  }
  return done;
}

function goBack(state: ClusterState, id: string): Reply {
  const service = state.services.edit(id);
  const known = state.deployments.get(service.deployment);
  if (known !== undefined) {
    if (!mayRollBack(known)) return refuse('wrong-state', 'there is no way back from here');
    const row = state.deployments.edit(service.deployment);
    rollBack(state, service, row);
    row.version += 1;
    return done;
  }
  if (service.previousRevision === 0)
    return refuse('wrong-state', 'there is nothing to go back to');
  const revision = service.previousRevision;
  beginDeployment(state, id, service, revision, true);
  restore(state, id, service, revision);
  return done;
}
