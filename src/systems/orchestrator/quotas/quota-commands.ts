import { quotaFaults } from '../specs/quota-spec.ts';
import { sameLabels } from '../specs/resource.ts';
import type { CommandOf } from '../state/command.ts';
import { done, type Reply, refuse } from '../state/reply.ts';
import type { ClusterState } from '../state/state.ts';

/** Services that have more already keep it, and get nothing more. */
export function createQuota(state: ClusterState, { spec }: CommandOf<'create-quota'>): Reply {
  const fault = quotaFaults(spec)[0];
  if (fault !== undefined) return refuse('invalid', `${fault.field}: ${fault.what}`);
  if (state.named('quota', spec.name) !== undefined) return refuse('exists', spec.name);
  const id = state.nextId();
  state.quotas.insert(id, { spec, version: 1, createdIndex: state.applied });
  state.names.set(`quota/${spec.name}`, id);
  state.index.quotas.quotaCame(id, spec.selector);
  return { kind: 'object', id, version: 1 };
}

/** Other limits. A lower one takes nothing away: nothing more comes before there is room. */
export function updateQuota(
  state: ClusterState,
  { quota: id, version, spec }: CommandOf<'update-quota'>,
): Reply {
  const before = state.quotas.get(id);
  if (before === undefined) return refuse('not-found', id);
  if (version !== 0 && version !== before.version) return refuse('conflict', id);
  const fault = quotaFaults(spec)[0];
  if (fault !== undefined) return refuse('invalid', `${fault.field}: ${fault.what}`);
  if (spec.name !== before.spec.name) return refuse('invalid', 'metadata.name: it is fixed');
  if (!sameLabels(spec.selector, before.spec.selector)) {
    return refuse('invalid', 'spec.selector: it is fixed');
  }
  const quota = state.quotas.edit(id);
  quota.spec = spec;
  quota.version += 1;
  return { kind: 'object', id, version: quota.version };
}

export function removeQuota(
  state: ClusterState,
  { quota: id, version }: CommandOf<'remove-quota'>,
): Reply {
  const before = state.quotas.get(id);
  if (before === undefined) return refuse('not-found', id);
  if (version !== 0 && version !== before.version) return refuse('conflict', id);
  state.names.delete(`quota/${before.spec.name}`);
  state.index.quotas.quotaGone(id);
  state.quotas.delete(id);
  return done;
}
