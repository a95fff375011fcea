import { blob, type Field, integer, structure } from '../../common/fields.ts';
import { framed, nonceOf } from '../crypto/bytes.ts';
import type { Ciphers } from '../crypto/ciphers.ts';
import type { KeyRing, WrappedKey } from './data-keys.ts';
import type { SealPlace } from './seal-sequence.ts';

/** A value as the replicated state has it. */
export interface SealedValue {
  /** The data key. */
  readonly keyId: number;
  /** Where it was sealed. */
  readonly index: number;
  readonly field: number;
  readonly sealed: Uint8Array;
}

export const sealedValueField: Field<SealedValue> = structure<SealedValue>({
  keyId: integer,
  index: integer,
  field: integer,
  sealed: blob,
});

/** Which value: a version of a secret never changes. */
export interface SecretId {
  readonly name: string;
  /** From 1. */
  readonly version: number;
}

// A sealed value that is moved to another name or version does not open there.
function bound({ name, version }: SecretId): Uint8Array {
  return framed('secret', name, version);
}

/** Seals with the newest data key; null when there is none that can be opened. */
export function sealSecret(
  ciphers: Ciphers,
  ring: KeyRing,
  secret: SecretId,
  value: Uint8Array,
  { index, field }: SealPlace,
): SealedValue | null {
  const keyId = ring.newest('secrets');
  const key = keyId === undefined ? null : ring.key(keyId, 'secrets');
  if (keyId === undefined || key === null) return null;
  const sealed = ciphers.seal(key, nonceOf(keyId, index, field), value, bound(secret));
  return { keyId, index, field, sealed };
}

/** The value, or null: the key is not there, or something was tampered with. */
export function openSecret(
  ciphers: Ciphers,
  ring: KeyRing,
  secret: SecretId,
  { keyId, index, field, sealed }: SealedValue,
): Uint8Array | null {
  const key = ring.key(keyId, 'secrets');
  if (key === null) return null;
  return ciphers.open(key, nonceOf(keyId, index, field), sealed, bound(secret));
}

/**
 * A keyed digest by which two values of a secret can be told apart.
 *
 * @param key a data key for fingerprints. It stays when those for secrets are rotated: with another
 * one every secret would look changed.
 */
export function fingerprintOf(
  ciphers: Ciphers,
  key: Uint8Array,
  name: string,
  value: Uint8Array,
): Uint8Array {
  return ciphers.authenticate(key, framed('fingerprint', name, value));
}

/**
 * The data keys for secrets that may go: not the newest one, and none that a value still needs. To be
 * asked inside `apply`, of the state at that index: a value that was sealed under the old key while
 * the rotation was on its way is there by then.
 */
export function retirableKeys(
  keys: Iterable<WrappedKey>,
  values: Iterable<SealedValue>,
): readonly number[] {
  const needed = new Set<number>();
  for (const { keyId } of values) needed.add(keyId);
  const ids = [...keys].filter((key) => key.purpose === 'secrets').map((key) => key.id);
  const newest = Math.max(...ids);
  return ids.filter((id) => id !== newest && !needed.has(id)).sort((a, b) => a - b);
}
