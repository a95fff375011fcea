import type { Membership, MeshPeer } from '../mesh/mesh.ts';
import type { ClusterState } from '../state/state.ts';

/** Whether a certificate with this serial was taken back, or never given to the node. */
export function isRevoked(state: ClusterState, node: string, serial: number): boolean {
  const member = state.members.get(node);
  return member === undefined || (serial !== member.serial && serial !== member.oldSerial);
}

/** Of a node that is removed: its certificate is good for nothing from here on. */
export function removeMember(state: ClusterState, node: string): void {
  if (state.members.delete(node)) meshChanged(state);
}

/** Gives the membership of the mesh its next revision. */
export function meshChanged(state: ClusterState): void {
  if (state.mesh.get(0) === undefined) state.mesh.insert(0, { revision: 0 });
  state.mesh.edit(0).revision = state.applied;
}

/** Who is in the mesh. Costs the members. */
export function membershipOf(state: ClusterState): Membership {
  const peers: MeshPeer[] = [];
  for (const node of state.members.keys()) {
    const { meshKey } = state.members.get(node)!;
    const { spec, address } = state.nodes.get(node)!;
    peers.push({ node: spec.name, address, publicKey: meshKey });
  }
  peers.sort((a, b) => (a.node < b.node ? -1 : 1));
  return { revision: state.mesh.get(0)?.revision ?? 0, peers };
}
