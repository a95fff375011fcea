import { type Field, integer, oneOf, structure, text } from '../../common/fields.ts';
import { bytesOfHex, hexOf } from '../crypto/bytes.ts';
import type { Ciphers } from '../crypto/ciphers.ts';
import { type NodeRole, nodeRoles } from '../specs/node-spec.ts';
import { canonicalBytes } from './canonical-json.ts';

/** What a node asks to have certified. It signs it with the key that it asks for. */
export interface SigningRequest {
  readonly subject: string;
  readonly role: NodeRole;
  /** Its Ed25519 key, in hex. */
  readonly publicKey: string;
  /** By that key over the rest, in hex: who asks has the private key. */
  readonly signature: string;
}

/** What a root says about a node. */
export interface CertificateBody {
  /** Index of the entry that it was issued for: never given twice. */
  readonly serial: number;
  readonly subject: string;
  readonly role: NodeRole;
  readonly publicKey: string;
  /** Id of the root that signed. */
  readonly issuer: number;
  readonly notBeforeUs: number;
  readonly notAfterUs: number;
}

export interface Certificate extends CertificateBody {
  /** By the root over the rest in canonical JSON, in hex. */
  readonly signature: string;
}

export const certificateField: Field<Certificate> = structure<Certificate>({
  serial: integer,
  subject: text,
  role: oneOf(nodeRoles),
  publicKey: text,
  issuer: integer,
  notBeforeUs: integer,
  notAfterUs: integer,
  signature: text,
});

/** A root as those know it who verify. */
export interface Root {
  readonly id: number;
  /** Ed25519, in hex. */
  readonly publicKey: string;
}

/** What a signature is about stands in front, so that none is good for anything else. */
function requestBytes({ subject, role, publicKey }: Omit<SigningRequest, 'signature'>): Uint8Array {
  return canonicalBytes({ type: 'signing request', subject, role, publicKey });
}

function bodyBytes(body: CertificateBody): Uint8Array {
  const { serial, subject, role, publicKey, issuer, notBeforeUs, notAfterUs } = body;
  const named = { serial, subject, role, publicKey, issuer, notBeforeUs, notAfterUs };
  return canonicalBytes({ type: 'certificate', ...named });
}

/** A request for the key of a seed. The seed stays where it is. */
export function signingRequest(
  ciphers: Ciphers,
  seed: Uint8Array,
  subject: string,
  role: NodeRole,
): SigningRequest {
  const about = { subject, role, publicKey: hexOf(ciphers.signingKey(seed)) };
  return { ...about, signature: hexOf(ciphers.sign(seed, requestBytes(about))) };
}

function signedBy(ciphers: Ciphers, key: string, bytes: Uint8Array, signature: string): boolean {
  const publicKey = bytesOfHex(key);
  const raw = bytesOfHex(signature);
  return publicKey !== null && raw !== null && ciphers.verify(publicKey, bytes, raw);
}

/** Whether who asks has the private key. */
export function requestHolds(ciphers: Ciphers, request: SigningRequest): boolean {
  const bytes = requestBytes(request);
  return signedBy(ciphers, request.publicKey, bytes, request.signature);
}

export interface Lifetime {
  readonly nowUs: number;
  readonly lifetimeUs: number;
  /** How much earlier it is valid: clocks of others may be behind. */
  readonly skewUs: number;
}

/**
 * Issues a certificate. Who may have which is for the caller to decide: a join token, or an old
 * certificate of the same subject and role. Null when the request does not hold.
 */
export function issue(
  ciphers: Ciphers,
  root: { readonly id: number; readonly seed: Uint8Array },
  request: SigningRequest,
  serial: number,
  { nowUs, lifetimeUs, skewUs }: Lifetime,
): Certificate | null {
  if (!requestHolds(ciphers, request)) return null;
  const { subject, role, publicKey } = request;
  const body: CertificateBody = {
    serial,
    subject,
    role,
    publicKey,
    issuer: root.id,
    notBeforeUs: Math.max(0, nowUs - skewUs),
    notAfterUs: nowUs + lifetimeUs,
  };
  return { ...body, signature: hexOf(ciphers.sign(root.seed, bodyBytes(body))) };
}

/** Why a certificate is not to be trusted. */
export const certificateFaults = [
  'unknown-root',
  'bad-signature',
  'not-yet-valid',
  'expired',
  'revoked',
] as const;
export type CertificateFault = (typeof certificateFaults)[number];

export interface Trust {
  /** One root, or two while one takes over from the other. */
  readonly roots: readonly Root[];
  /** By the clock of who verifies. */
  readonly nowUs: number;
  /** How wrong that clock may be, either way. */
  readonly skewUs: number;
  /** Whether the certificate with this serial was taken back. */
  readonly revoked: (serial: number) => boolean;
}

/** Why a certificate is not to be trusted, or null. */
export function certificateFault(
  ciphers: Ciphers,
  certificate: Certificate,
  { roots, nowUs, skewUs, revoked }: Trust,
): CertificateFault | null {
  const root = roots.find((one) => one.id === certificate.issuer);
  if (root === undefined) return 'unknown-root';
  if (!signedBy(ciphers, root.publicKey, bodyBytes(certificate), certificate.signature)) {
    return 'bad-signature';
  }
  if (nowUs + skewUs < certificate.notBeforeUs) return 'not-yet-valid';
  if (nowUs - skewUs > certificate.notAfterUs) return 'expired';
  return revoked(certificate.serial) ? 'revoked' : null;
}

/** Bytes for who shows a certificate to sign: only its owner can, and only for this challenge. */
export function challengeBytes(challenge: string, serial: number): Uint8Array {
  return canonicalBytes({ type: 'challenge', challenge, serial });
}

/** Whether who answered a challenge owns the certificate. */
export function answersChallenge(
  ciphers: Ciphers,
  { publicKey, serial }: Certificate,
  challenge: string,
  signature: string,
): boolean {
  return signedBy(ciphers, publicKey, challengeBytes(challenge, serial), signature);
}
