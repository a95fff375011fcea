/**
 * The primitives that keys, secrets, certificates and the mesh are made of. All of them are
 * functions of their arguments: no clock, no chance, so that a run stays a function of its seed.
 * A system gets an implementation when it is defined; `src/node-crypto` has one.
 */
export interface Ciphers {
  /**
   * AES-256-GCM. Never twice with one key and nonce: the two plaintexts would show their difference.
   *
   * @param key 32 bytes
   * @param nonce 12 bytes
   * @param associated bound to the result, not part of it
   * @returns the ciphertext and behind it the tag of 16 bytes
   */
  seal(
    key: Uint8Array,
    nonce: Uint8Array,
    plaintext: Uint8Array,
    associated: Uint8Array,
  ): Uint8Array;
  /** What was sealed with the same key, nonce and associated data, or null: nothing in between. */
  open(
    key: Uint8Array,
    nonce: Uint8Array,
    sealed: Uint8Array,
    associated: Uint8Array,
  ): Uint8Array | null;
  /** SHA-256: 32 bytes. */
  digest(data: Uint8Array): Uint8Array;
  /** HMAC with SHA-256: 32 bytes. */
  authenticate(key: Uint8Array, data: Uint8Array): Uint8Array;
  /** The public Ed25519 key, 32 bytes, of a private one of 32 bytes. */
  signingKey(seed: Uint8Array): Uint8Array;
  /** An Ed25519 signature: 64 bytes, the same each time. */
  sign(seed: Uint8Array, message: Uint8Array): Uint8Array;
  /** False too for keys and signatures that are none. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /** The public X25519 key, 32 bytes, of a private one of 32 bytes. */
  agreementKey(seed: Uint8Array): Uint8Array;
  /** The secret that two X25519 keys share, or null for a public key that is none. */
  agree(seed: Uint8Array, publicKey: Uint8Array): Uint8Array | null;
}

export const keyBytes = 32;
export const nonceBytes = 12;
export const tagBytes = 16;
