import { volumeFaults } from '../specs/volume-spec.ts';
import type { CommandOf } from '../state/command.ts';
import { done, type Reply, refuse } from '../state/reply.ts';
import type { ClusterState } from '../state/state.ts';

export function createVolume(state: ClusterState, { spec }: CommandOf<'create-volume'>): Reply {
  const fault = volumeFaults(spec)[0];
  if (fault !== undefined) return refuse('invalid', `${fault.field}: ${fault.what}`);
  if (state.named('volume', spec.name) !== undefined) return refuse('exists', spec.name);
  const id = state.nextId();
  state.volumes.insert(id, { spec, createdIndex: state.applied, node: '', claim: null });
  state.names.set(`volume/${spec.name}`, id);
  return { kind: 'object', id, version: 1 };
}

/** Refused while any revision of a service names it: a task of it may come or still be there. */
export function removeVolume(state: ClusterState, { volume }: CommandOf<'remove-volume'>): Reply {
  const row = state.volumes.get(volume);
  if (row === undefined) return refuse('not-found', volume);
  if (row.claim !== null) return refuse('in-use', `task ${row.claim.task} has it`);
  for (const service of state.revisions.groupKeys()) {
    for (const revision of state.revisions.keys(service)) {
      const { volumes } = state.revisions.get(service, revision)!.spec.template;
      if (volumes.some(({ source }) => source === row.spec.name)) {
        return refuse('in-use', `service ${service} names it`);
      }
    }
  }
  state.names.delete(`volume/${row.spec.name}`);
  state.volumes.delete(volume);
  return done;
}
