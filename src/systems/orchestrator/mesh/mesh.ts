import { blob, type Field, integer, listOf, structure, text } from '../../common/fields.ts';
import { derivedKey, equalBytes, framed } from '../crypto/bytes.ts';
import type { Ciphers } from '../crypto/ciphers.ts';
import { FaultList, type SpecFault } from '../specs/fault.ts';

/** A member of the mesh as everybody is told. */
export interface MeshPeer {
  readonly node: string;
  /** Address in the mesh, an integer of 32 bits; no other member has it. */
  readonly address: number;
  /** X25519, 32 bytes; no other member has it. */
  readonly publicKey: Uint8Array;
}

/** Who is in the mesh, as of one commit. */
export interface Membership {
  /** Index of the last entry that changed it. */
  readonly revision: number;
  /** In the order of their names. */
  readonly peers: readonly MeshPeer[];
}

export const noMembership: Membership = { revision: 0, peers: [] };

export const membershipField: Field<Membership> = structure<Membership>({
  revision: integer,
  peers: listOf(structure<MeshPeer>({ node: text, address: integer, publicKey: blob })) as Field<
    readonly MeshPeer[]
  >,
});

/** What is wrong with a membership: two with one name, address or key would get each other's packets. */
export function membershipFaults({ peers }: Membership): readonly SpecFault[] {
  const faults = new FaultList();
  const values: readonly [string, (peer: MeshPeer) => string][] = [
    ['node', (peer) => peer.node],
    ['address', (peer) => String(peer.address)],
    ['publicKey', (peer) => peer.publicKey.join()],
  ];
  for (const [field, keyOf] of values) {
    faults.distinct(peers.map(keyOf), (at) => `peers[${at}].${field}`);
  }
  for (const [at, { address, publicKey }] of peers.entries()) {
    faults.range(`peers[${at}].address`, address, 1, 2 ** 32 - 1);
    if (publicKey.length !== 32) faults.add(`peers[${at}].publicKey`, 'it is no key', '32 bytes');
  }
  return faults.faults;
}

/**
 * A node's end of the mesh: its private key and what it was last told. A packet passes between two
 * ends if and only if each holds the other's current key; a stale list, a key that was rotated or a
 * member that was removed stops it, on either side.
 */
export class MeshEnd {
  readonly node: string;
  private readonly ciphers: Ciphers;
  private seed: Uint8Array;
  private ownKey: Uint8Array;
  private known: Membership = noMembership;
  private byName: ReadonlyMap<string, MeshPeer> = new Map();
  private readonly linkKeys: Map<string, Uint8Array | null> = new Map();

  /** @param seed the private X25519 key, 32 bytes */
  constructor(ciphers: Ciphers, node: string, seed: Uint8Array) {
    this.ciphers = ciphers;
    this.node = node;
    this.seed = seed;
    this.ownKey = ciphers.agreementKey(seed);
  }

  get publicKey(): Uint8Array {
    return this.ownKey;
  }

  get revision(): number {
    return this.known.revision;
  }

  /** Takes another private key; the others have to be told the public one. */
  rotate(seed: Uint8Array): void {
    this.seed = seed;
    this.ownKey = this.ciphers.agreementKey(seed);
    this.linkKeys.clear();
  }

  /** Takes a membership; false for one that is not newer than what is known: it came late. */
  learn(membership: Membership): boolean {
    if (membership.revision <= this.known.revision) return false;
    this.known = membership;
    this.byName = new Map(membership.peers.map((peer) => [peer.node, peer]));
    this.linkKeys.clear();
    return true;
  }

  peer(node: string): MeshPeer | undefined {
    return this.byName.get(node);
  }

  /** The key that a packet to or from a peer is sealed with; null when no packet can pass. */
  linkKey(node: string): Uint8Array | null {
    const cached = this.linkKeys.get(node);
    if (cached !== undefined) return cached;
    const key = this.makeLinkKey(node);
    this.linkKeys.set(node, key);
    return key;
  }

  private makeLinkKey(node: string): Uint8Array | null {
    const peer = this.byName.get(node);
    if (peer === undefined || node === this.node) return null;
    const shared = this.ciphers.agree(this.seed, peer.publicKey);
    if (shared === null) return null;
    const names = [this.node, node].sort();
    return derivedKey(this.ciphers, shared, 'mesh link', framed(...names));
  }
}

/** Whether a packet passes between two ends: each holds the other's current key. */
export function packetPasses(from: MeshEnd, to: MeshEnd): boolean {
  const there = from.peer(to.node);
  const here = to.peer(from.node);
  if (there === undefined || here === undefined) return false;
  return equalBytes(there.publicKey, to.publicKey) && equalBytes(here.publicKey, from.publicKey);
}
