import { equalBytes } from '../crypto/bytes.ts';
import { rotatedAway, tokenFault, usedOnce } from '../identity/join-tokens.ts';
import { signingRoot } from '../identity/root-rotation.ts';
import { registerNode } from '../nodes/node-commands.ts';
import { nodeSpec } from '../specs/node-spec.ts';
import type { CommandOf } from '../state/command.ts';
import { done, type Reply, refuse } from '../state/reply.ts';
import type { ClusterState } from '../state/state.ts';
import { isRevoked, meshChanged } from './membership.ts';
import { heldRoots } from './roots.ts';

export function createToken(
  state: ClusterState,
  { row, lifetimeUs, rotate }: CommandOf<'create-token'>,
): Reply {
  if (row.id > state.applied || state.tokens.get(row.id) !== undefined) {
    return refuse('invalid', 'its id is none of an entry');
  }
  if (row.uses < 1 || lifetimeUs < 1) return refuse('invalid', 'it would admit nobody');
  const next = { ...row, expiresUs: state.timeUs + lifetimeUs };
  state.tokens.insert(row.id, next);
  if (rotate === 1) {
    const rows = state.tokens.keys().map((id) => state.tokens.get(id)!);
    for (const id of rotatedAway(rows, next)) state.tokens.delete(id);
  }
  return { kind: 'object', id: String(row.id), version: 1 };
}

export function removeToken(state: ClusterState, { id }: CommandOf<'remove-token'>): Reply {
  return state.tokens.delete(id) ? done : refuse('not-found');
}

/**
 * Admits a machine: by a token that is good at this entry, which is used up by it. One that has been
 * admitted with the same name and key is told so again, token or not: its answer was lost.
 */
export function joinNode(state: ClusterState, command: CommandOf<'join-node'>): Reply {
  const { token, subject, publicKey, description, meshKey } = command;
  const known = state.named('node', subject);
  const member = known === undefined ? undefined : state.members.get(known);
  if (known !== undefined && member?.publicKey === publicKey) {
    return { kind: 'certified', node: known, serial: member.serial, issuer: member.issuer };
  }
  const row = state.tokens.get(token.id);
  const fault = tokenFault(row, token, state.timeUs);
  if (fault !== null || row === undefined) return refuse('forbidden', `the token is ${fault}`);
  const root = signingRoot(heldRoots(state));
  if (root === undefined) return refuse('wrong-state', 'no root signs yet');
  if (meshKey.length !== 32) return refuse('invalid', 'meshKey: it is no key');
  if (meshTaken(state, '', meshKey)) return refuse('exists', 'meshKey: another node has it');
  const spec = nodeSpec(subject, { role: token.role });
  const reply = registerNode(state, { kind: 'register-node', node: '', spec, description });
  if (reply.kind !== 'registered') return reply;
  state.tokens.edit(token.id).uses = usedOnce(row).uses;
  const serial = state.applied;
  state.members.insert(reply.node, {
    publicKey,
    role: token.role,
    serial,
    issuer: root.id,
    oldSerial: 0,
    oldIssuer: 0,
    meshKey,
    trusts: root.id,
  });
  meshChanged(state);
  return { kind: 'certified', node: reply.node, serial, issuer: root.id };
}

/** A new certificate for a member's new key. Asked again for the same key it has the same serial. */
export function renewCertificate(
  state: ClusterState,
  { node, publicKey }: CommandOf<'renew-certificate'>,
): Reply {
  const before = state.members.get(node);
  const root = signingRoot(heldRoots(state));
  if (before === undefined) return refuse('not-found', node);
  if (root === undefined) return refuse('wrong-state', 'no root signs yet');
  if (before.publicKey !== publicKey || before.issuer !== root.id) {
    const member = state.members.edit(node);
    // What the node is known to have is the older one of two that it may have.
    if (member.oldSerial === 0) {
      member.oldSerial = member.serial;
      member.oldIssuer = member.issuer;
    }
    member.publicKey = publicKey;
    member.serial = state.applied;
    member.issuer = root.id;
  }
  const { serial, issuer } = state.members.get(node)!;
  return { kind: 'certified', node, serial, issuer };
}

/** Whether another member has this key of the mesh. Costs the members: asked when a key is new. */
function meshTaken(state: ClusterState, node: string, meshKey: Uint8Array): boolean {
  return state.members
    .keys()
    .some((other) => other !== node && equalBytes(state.members.get(other)!.meshKey, meshKey));
}

export function updateMember(
  state: ClusterState,
  { node, serial, meshKey, trusts }: CommandOf<'update-member'>,
): Reply {
  const before = state.members.get(node);
  if (before === undefined) return refuse('not-found', node);
  if (isRevoked(state, node, serial)) return refuse('stale', 'an older certificate');
  const isNewKey = !equalBytes(before.meshKey, meshKey);
  if (isNewKey) {
    if (meshKey.length !== 32) return refuse('invalid', 'meshKey: it is no key');
    if (meshTaken(state, node, meshKey)) return refuse('exists', 'meshKey: another node has it');
  }
  const member = state.members.edit(node);
  if (serial === member.serial) {
    member.oldSerial = 0;
    member.oldIssuer = 0;
  }
  member.trusts = Math.max(member.trusts, trusts);
  if (isNewKey) {
    member.meshKey = meshKey;
    meshChanged(state);
  }
  return done;
}
