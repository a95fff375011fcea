import { blob, type Field, integer, oneOf, structure, text } from '../../common/fields.ts';
import { type RootRow, rootStates } from '../identity/root-rotation.ts';
import { type SealedValue, sealedValueField } from '../secrets/sealed-secret.ts';
import { type NodeRole, nodeRoles } from '../specs/node-spec.ts';
import { type SecretSpec, secretField } from '../specs/secret-spec.ts';

/** A version of a secret; its value never changes, only what it is sealed with. */
export interface Secret {
  readonly spec: SecretSpec;
  value: SealedValue;
  readonly createdIndex: number;
}

export const secretRowField: Field<Secret> = structure<Secret>({
  spec: secretField,
  value: sealedValueField,
  createdIndex: integer,
});

/** A root with its private key, sealed by a data key for roots. */
export interface HeldRoot extends RootRow {
  readonly seed: SealedValue;
}

export const heldRootField: Field<HeldRoot> = structure<HeldRoot>({
  id: integer,
  publicKey: text,
  state: oneOf(rootStates),
  seed: sealedValueField,
});

/** What is known of a node as a member: the keys that it has shown. */
export interface Member {
  /** Ed25519 in hex: of its newest certificate. */
  publicKey: string;
  readonly role: NodeRole;
  /** Of its newest certificate: the index of the entry that it was asked for with. */
  serial: number;
  /** The root that signs it. */
  issuer: number;
  /** Of the one before, until the node has shown the newest one; else 0. */
  oldSerial: number;
  oldIssuer: number;
  /** X25519, 32 bytes. */
  meshKey: Uint8Array;
  /** The newest root that it has said to trust. */
  trusts: number;
}

export const memberField: Field<Member> = structure<Member>({
  publicKey: text,
  role: oneOf(nodeRoles),
  serial: integer,
  issuer: integer,
  oldSerial: integer,
  oldIssuer: integer,
  meshKey: blob,
  trusts: integer,
});

/** The revision of the membership of the mesh: index of the last entry that changed it. */
export interface MeshRevision {
  revision: number;
}

export const meshRevisionField: Field<MeshRevision> = structure<MeshRevision>({
  revision: integer,
});
