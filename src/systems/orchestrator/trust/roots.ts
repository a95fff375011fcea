import {
  beginRotation,
  finishRotation,
  type RootStep,
  switchRoot,
} from '../identity/root-rotation.ts';
import type { CommandOf } from '../state/command.ts';
import { done, type Reply, refuse } from '../state/reply.ts';
import type { ClusterState } from '../state/state.ts';
import { meshChanged } from './membership.ts';
import type { HeldRoot } from './trust-rows.ts';

export function heldRoots(state: ClusterState): HeldRoot[] {
  return state.roots.keys().map((id) => state.roots.get(id)!);
}

/** Takes the first keys and the first root; later ones come by rotation. */
export function foundTrust(state: ClusterState, { keys, root }: CommandOf<'found-trust'>): Reply {
  if (state.keys.size + state.roots.size > 0) return refuse('exists');
  for (const key of keys) state.keys.insert(key.id, { ...key });
  state.roots.insert(root.id, { ...root, state: 'signing' });
  return done;
}

export function rotateRoot(state: ClusterState, { roots }: CommandOf<'rotate-root'>): Reply {
  const [next] = roots;
  if (next === undefined) return refuse('invalid', 'no root');
  const step = beginRotation(heldRoots(state), next);
  if ('refused' in step) return refuse('wrong-state', step.refused);
  state.roots.insert(next.id, { ...next, state: 'coming' });
  meshChanged(state);
  return { kind: 'object', id: String(next.id), version: 1 };
}

/** The step of a rotation that may be taken now, or why none may. */
export function decideRootStep(state: ClusterState, step: 'switch' | 'finish'): RootStep {
  const members = state.members.keys().map((node) => state.members.get(node)!);
  if (step === 'switch') {
    return switchRoot(
      heldRoots(state),
      members.map(({ trusts }) => trusts),
    );
  }
  const issuers = members.flatMap(({ issuer, oldIssuer }) => [issuer, oldIssuer]);
  return finishRotation(heldRoots(state), issuers);
}

export function stepRoot(state: ClusterState, { step }: CommandOf<'root-step'>): Reply {
  const next = decideRootStep(state, step);
  if ('refused' in next) return refuse('wrong-state', next.refused);
  for (const root of heldRoots(state)) {
    const kept = next.roots.find(({ id }) => id === root.id);
    state.roots.delete(root.id);
    if (kept !== undefined) state.roots.insert(root.id, { ...root, state: kept.state });
  }
  // Roots go out with the membership: by its revision everybody sees which are the newer ones.
  meshChanged(state);
  return done;
}
