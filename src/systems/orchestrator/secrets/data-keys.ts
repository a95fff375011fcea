import { blob, type Field, integer, oneOf, structure } from '../../common/fields.ts';
import { derivedKey, framed, nonceOf } from '../crypto/bytes.ts';
import type { Ciphers } from '../crypto/ciphers.ts';
import type { SealPlace } from './seal-sequence.ts';

/** What data keys are for; a key never serves two of them. */
export const purposes = ['secrets', 'fingerprints', 'roots'] as const;
export type Purpose = (typeof purposes)[number];

/** A key-encryption key. Managers hold it outside the replicated state; nothing is ever sealed with it but data keys. */
export interface KeyEncryptionKey {
  /** Index of the entry that announced it. */
  readonly id: number;
  readonly key: Uint8Array;
}

/** A data key as the replicated state has it: of use to nobody without its key-encryption key. */
export interface WrappedKey {
  /** Index of an entry that was committed for it. */
  readonly id: number;
  readonly purpose: Purpose;
  /** The key-encryption key that it is wrapped with. */
  readonly wrappedBy: number;
  /** Where it was wrapped. */
  readonly index: number;
  readonly field: number;
  readonly sealed: Uint8Array;
}

export const wrappedKeyField: Field<WrappedKey> = structure<WrappedKey>({
  id: integer,
  purpose: oneOf(purposes),
  wrappedBy: integer,
  index: integer,
  field: integer,
  sealed: blob,
});

/**
 * A new data key, wrapped.
 *
 * @param entropy at least 32 bytes that nobody can guess. A restarted node may draw the same ones
 * again: the id makes another key of them all the same.
 */
export function newDataKey(
  ciphers: Ciphers,
  wrapper: KeyEncryptionKey,
  entropy: Uint8Array,
  about: { readonly id: number; readonly purpose: Purpose },
  place: SealPlace,
): WrappedKey {
  const key = derivedKey(ciphers, entropy, 'data key', about.purpose, about.id);
  return wrap(ciphers, wrapper, key, about, place);
}

function wrap(
  ciphers: Ciphers,
  wrapper: KeyEncryptionKey,
  key: Uint8Array,
  { id, purpose }: { readonly id: number; readonly purpose: Purpose },
  { index, field }: SealPlace,
): WrappedKey {
  const nonce = nonceOf(wrapper.id, index, field);
  const sealed = ciphers.seal(wrapper.key, nonce, key, bound(id, purpose));
  return { id, purpose, wrappedBy: wrapper.id, index, field, sealed };
}

function bound(id: number, purpose: Purpose): Uint8Array {
  return framed('data key', purpose, id);
}

/**
 * The data keys as a manager has them in memory. Everything that it knows comes from the rows and
 * the key-encryption keys: two managers with the same of both open the same secrets.
 */
export class KeyRing {
  private readonly ciphers: Ciphers;
  private readonly wrappers: Map<number, Uint8Array> = new Map();
  private readonly rows: Map<number, WrappedKey> = new Map();
  private readonly open: Map<number, Uint8Array> = new Map();

  constructor(ciphers: Ciphers) {
    this.ciphers = ciphers;
  }

  addWrapper({ id, key }: KeyEncryptionKey): void {
    this.wrappers.set(id, key);
  }

  /** A wrapper goes when no row names it any more; false while one does. */
  dropWrapper(id: number): boolean {
    for (const row of this.rows.values()) if (row.wrappedBy === id) return false;
    return this.wrappers.delete(id);
  }

  /** Takes a row of the state, new or wrapped anew. */
  put(row: WrappedKey): void {
    this.rows.set(row.id, row);
  }

  /** Follows the state when it has dropped a row. */
  drop(id: number): void {
    this.rows.delete(id);
    this.open.delete(id);
  }

  /** The newest key for a purpose, or undefined. */
  newest(purpose: Purpose): number | undefined {
    let best: number | undefined;
    for (const { id, purpose: other } of this.rows.values()) {
      if (other === purpose && (best === undefined || id > best)) best = id;
    }
    return best;
  }

  /**
   * The key with an id, or null: it is not there, its wrapper is not, it is for another purpose, or it
   * was tampered with.
   */
  key(id: number, purpose: Purpose): Uint8Array | null {
    const row = this.rows.get(id);
    if (row === undefined || row.purpose !== purpose) return null;
    const known = this.open.get(id);
    if (known !== undefined) return known;
    const wrapper = this.wrappers.get(row.wrappedBy);
    if (wrapper === undefined) return null;
    const nonce = nonceOf(row.wrappedBy, row.index, row.field);
    const key = this.ciphers.open(wrapper, nonce, row.sealed, bound(row.id, row.purpose));
    if (key !== null) this.open.set(id, key);
    return key;
  }

  /**
   * A row wrapped with another key-encryption key, to be committed; null when the data key cannot be
   * opened. What the data key has sealed stays as it is: that is what the envelope is for.
   */
  rewrapped(id: number, wrapper: KeyEncryptionKey, place: SealPlace): WrappedKey | null {
    const row = this.rows.get(id);
    const key = row === undefined ? null : this.key(id, row.purpose);
    return row === undefined || key === null ? null : wrap(this.ciphers, wrapper, key, row, place);
  }
}
