import { equalBytes } from '../crypto/bytes.ts';
import { retirableKeys } from '../secrets/sealed-secret.ts';
import { secretFaults } from '../specs/secret-spec.ts';
import type { TaskTemplate } from '../specs/task-template.ts';
import type { CommandOf } from '../state/command.ts';
import { done, type Reply, refuse } from '../state/reply.ts';
import type { ClusterState } from '../state/state.ts';

/** The newest version of a secret; 0: there is none. */
export function newestVersion(state: ClusterState, name: string): number {
  return state.secrets.keys(name).at(-1) ?? 0;
}

/** Makes a version of a secret. The same value again makes none. */
export function putSecret(
  state: ClusterState,
  { version, spec, value }: CommandOf<'put-secret'>,
): Reply {
  const fault = secretFaults(spec)[0];
  if (fault !== undefined) return refuse('invalid', `${fault.field}: ${fault.what}`);
  const newest = newestVersion(state, spec.name);
  if (version !== newest) return refuse(version === 0 ? 'exists' : 'conflict', spec.name);
  const known = newest === 0 ? undefined : state.secrets.get(spec.name, newest);
  if (known !== undefined && equalBytes(known.spec.fingerprint, spec.fingerprint)) {
    return { kind: 'object', id: spec.name, version: newest };
  }
  // The key went while this was on its way.
  if (state.keys.get(value.keyId) === undefined) return refuse('stale', 'sealed with an old key');
  const next = newest + 1;
  state.secrets.insert(spec.name, next, { spec, value, createdIndex: state.applied });
  return { kind: 'object', id: spec.name, version: next };
}

/** Refused while any revision of a service names it. */
export function removeSecret(state: ClusterState, { name }: CommandOf<'remove-secret'>): Reply {
  if (newestVersion(state, name) === 0) return refuse('not-found', name);
  for (const service of state.revisions.groupKeys()) {
    for (const revision of state.revisions.keys(service)) {
      const { secrets } = state.revisions.get(service, revision)!.spec.template;
      if (secrets.some(({ source }) => source === name)) {
        return refuse('in-use', `service ${service} names it`);
      }
    }
  }
  for (const version of state.secrets.keys(name)) state.secrets.delete(name, version);
  return done;
}

/** The versions that a template stands for now, in its order; the name of one that is not there. */
export function secretVersions(
  state: ClusterState,
  { secrets }: Pick<TaskTemplate, 'secrets'>,
): number[] | string {
  const versions: number[] = [];
  for (const { source, version } of secrets) {
    const wanted = version === 0 ? newestVersion(state, source) : version;
    if (state.secrets.get(source, wanted) === undefined) return source;
    versions.push(wanted);
  }
  return versions;
}

export function putKey(state: ClusterState, { key }: CommandOf<'put-key'>): Reply {
  const before = state.keys.get(key.id);
  if (before === undefined) {
    if (key.id > state.applied) return refuse('invalid', 'its id is not yet');
    // Ids only grow, so none that was retired comes back.
    const newest = state.keys.keys().at(-1) ?? 0;
    if (key.id <= newest) return refuse('stale', 'there are newer keys');
    state.keys.insert(key.id, { ...key });
    return done;
  }
  if (before.purpose !== key.purpose) return refuse('invalid', 'it is for another purpose');
  if (key.wrappedBy <= before.wrappedBy) return refuse('stale', 'it is wrapped so already');
  state.keys.delete(key.id);
  state.keys.insert(key.id, { ...key });
  return done;
}

/** A new data key, by request of a person: what older ones have sealed is sealed anew bit by bit. */
export function rotateKeys(state: ClusterState, { keys }: CommandOf<'rotate-keys'>): Reply {
  const [key] = keys;
  if (key === undefined || keys.length > 1 || key.purpose !== 'secrets') {
    return refuse('invalid', 'it is no key for secrets');
  }
  if (state.keys.get(key.id) !== undefined) return refuse('stale', 'the key is there already');
  return putKey(state, { kind: 'put-key', key });
}

export function resealSecret(
  state: ClusterState,
  { name, version, before, value }: CommandOf<'reseal-secret'>,
): Reply {
  const row = state.secrets.get(name, version);
  if (row === undefined) return refuse('not-found', name);
  if (row.value.keyId !== before) return refuse('stale', 'it was sealed anew already');
  if (state.keys.get(value.keyId) === undefined) return refuse('stale', 'sealed with an old key');
  state.secrets.edit(name, version).value = value;
  return done;
}

/** Costs all secrets: proposed when a rotation has come to its end. */
export function retireKeys(state: ClusterState): Reply {
  const values = state.secrets
    .groupKeys()
    .flatMap((name) =>
      state.secrets.keys(name).map((version) => state.secrets.get(name, version)!.value),
    );
  const keys = state.keys.keys().map((id) => state.keys.get(id)!);
  const gone = retirableKeys(keys, values);
  for (const id of gone) state.keys.delete(id);
  return { kind: 'batch', effective: gone.length };
}
