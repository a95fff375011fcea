import { updateNode } from '../nodes/node-commands.ts';
import { createQuota, removeQuota, updateQuota } from '../quotas/quota-commands.ts';
import { createService, removeService, updateService } from '../services/service-commands.ts';
import { sameLabels, sameSpec } from '../specs/resource.ts';
import type { CommandOf } from '../state/command.ts';
import { done, type Reply } from '../state/reply.ts';
import type { ClusterState } from '../state/state.ts';
import { createVolume } from '../volumes/volume-commands.ts';
import type { Backup } from './backup.ts';

type Step = (state: ClusterState) => Reply;

/**
 * Brings back what was asked for as of a backup, all of it or nothing; what was asked for since goes.
 *
 * It asks for that as a person would, object by object. No row of the past comes back: what was removed
 * gets a new id, versions and epochs go on, tasks stay what they are and are replaced as updates say.
 * So nothing that a worker holds, and no client, can be ahead of the store. Volumes and secrets that are
 * there stay, as there is data in them; a service that names a secret that is gone is a fault.
 */
export function restoreBackup(state: ClusterState, { backup }: CommandOf<'restore'>): Reply {
  const trial = state.copy();
  const refused = carryOut(trial, backup);
  if (refused !== null) return refused;
  if (carryOut(state, backup) !== null) throw new Error('it was fine a moment ago');
  return done;
}

/** What refuses is given with the name of what it is about; null: all is done. */
function carryOut(state: ClusterState, backup: Backup): Reply | null {
  for (const [name, step] of steps(state, backup)) {
    const reply = step(state);
    if (reply.kind !== 'refused') continue;
    const about = reply.what === '' ? '' : `: ${reply.what}`;
    return { ...reply, what: `${name}${about}` };
  }
  return null;
}

/** What services refer to comes before them, and what goes makes room first. */
function* steps(state: ClusterState, backup: Backup): Generator<readonly [string, Step]> {
  yield* removals(state, backup);
  for (const spec of backup.nodes) {
    const node = state.named('node', spec.name);
    // A node comes by joining. Its role is its certificate's.
    if (node === undefined) continue;
    const { spec: now } = state.nodes.get(node)!;
    const wished = { ...spec, role: now.role };
    if (sameSpec({ kind: 'node', spec: now }, { kind: 'node', spec: wished })) continue;
    const command = { kind: 'update-node', node, version: 0, spec: wished } as const;
    yield [`node ${spec.name}`, (on) => updateNode(on, command)];
  }
  for (const spec of backup.volumes) {
    if (state.named('volume', spec.name) !== undefined) continue;
    yield [`volume ${spec.name}`, (on) => createVolume(on, { kind: 'create-volume', spec })];
  }
  // What was lawful together stays so: the services are not judged by limits one by one on the way.
  for (const spec of backup.services) {
    const service = state.named('service', spec.name);
    if (service === undefined) {
      const command = { kind: 'create-service', spec } as const;
      yield [`service ${spec.name}`, (on) => createService(on, command, 'trusted')];
      continue;
    }
    const { spec: now } = state.services.get(service)!;
    if (sameSpec({ kind: 'service', spec: now }, { kind: 'service', spec })) continue;
    const command = { kind: 'update-service', service, version: 0, spec } as const;
    yield [`service ${spec.name}`, (on) => updateService(on, command, 'trusted')];
  }
  for (const spec of backup.quotas) {
    const quota = state.named('quota', spec.name);
    if (quota === undefined) {
      const command = { kind: 'create-quota', spec } as const;
      yield [`quota ${spec.name}`, (on) => createQuota(on, command)];
      continue;
    }
    const { spec: now } = state.quotas.get(quota)!;
    if (sameSpec({ kind: 'quota', spec: now }, { kind: 'quota', spec })) continue;
    const command = { kind: 'update-quota', quota, version: 0, spec } as const;
    yield [`quota ${spec.name}`, (on) => updateQuota(on, command)];
  }
}

/** Services and quotas that were not there, or that cannot become what they were. */
function* removals(state: ClusterState, backup: Backup): Generator<readonly [string, Step]> {
  const services = new Map(backup.services.map((spec) => [spec.name, spec]));
  for (const service of state.services.keys()) {
    const { spec, removing } = state.services.get(service)!;
    if (removing || services.get(spec.name)?.mode.kind === spec.mode.kind) continue;
    const command = { kind: 'remove-service', service, version: 0 } as const;
    yield [`service ${spec.name}`, (on) => removeService(on, command)];
  }
  const quotas = new Map(backup.quotas.map((spec) => [spec.name, spec]));
  for (const quota of state.quotas.keys()) {
    const { spec } = state.quotas.get(quota)!;
    const before = quotas.get(spec.name);
    if (before !== undefined && sameLabels(spec.selector, before.selector)) continue;
    const command = { kind: 'remove-quota', quota, version: 0 } as const;
    yield [`quota ${spec.name}`, (on) => removeQuota(on, command)];
  }
}
