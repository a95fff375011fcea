import { blob, type Field, orNull, structure } from '../../common/fields.ts';
import { hexOf } from '../crypto/bytes.ts';
import type { Ciphers } from '../crypto/ciphers.ts';
import {
  type Certificate,
  certificateField,
  type SigningRequest,
  signingRequest,
} from './certificates.ts';

/** A private key and what certifies it. */
export interface Credential {
  readonly seed: Uint8Array;
  readonly certificate: Certificate;
}

/**
 * What a node has of itself, as one record: it is written to disk whole and before it is used, so that
 * key and certificate never come from two renewals.
 */
export interface NodeIdentity {
  readonly current: Credential | null;
  /** The private key of the one request that is on its way; a certificate for another key is late. */
  readonly pending: Uint8Array | null;
}

export const noIdentity: NodeIdentity = { current: null, pending: null };

export const identityField: Field<NodeIdentity> = structure<NodeIdentity>({
  current: orNull(structure<Credential>({ seed: blob, certificate: certificateField })),
  pending: orNull(blob),
});

/**
 * Begins a renewal, or gives the request of the one that is under way: there is one at a time, and
 * whoever asks for it a second time asks for the same.
 *
 * @param seed 32 fresh bytes, used when none is under way
 */
export function beginRenewal(
  ciphers: Ciphers,
  identity: NodeIdentity,
  seed: Uint8Array,
  about: Pick<SigningRequest, 'subject' | 'role'>,
): { readonly identity: NodeIdentity; readonly request: SigningRequest } {
  const pending = identity.pending ?? seed;
  const request = signingRequest(ciphers, pending, about.subject, about.role);
  return { identity: { ...identity, pending }, request };
}

/**
 * Takes a certificate that came back. Null when it certifies no key that was asked for: an answer to a
 * renewal that is over, or a second one to the same. The caller has verified it.
 */
export function completeRenewal(
  ciphers: Ciphers,
  identity: NodeIdentity,
  certificate: Certificate,
): NodeIdentity | null {
  const { pending } = identity;
  if (pending === null) return null;
  if (hexOf(ciphers.signingKey(pending)) !== certificate.publicKey) return null;
  return { current: { seed: pending, certificate }, pending: null };
}

/** When a certificate should be renewed: after two thirds of its life, well before it ends. */
export function renewAtUs({ notBeforeUs, notAfterUs }: Certificate): number {
  return notBeforeUs + Math.floor(((notAfterUs - notBeforeUs) * 2) / 3);
}
