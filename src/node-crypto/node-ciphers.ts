import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import {
  type Ciphers,
  keyBytes,
  nonceBytes,
  tagBytes,
} from '../systems/orchestrator/crypto/ciphers.ts';

// What stands before the 32 bytes of a key in its DER form (RFC 8410): PKCS #8 of a private key and
// the SubjectPublicKeyInfo of a public one, with the last byte of the object identifier to choose.
const privateHead: readonly number[] = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 0, 4, 34, 4, 32];
const publicHead: readonly number[] = [48, 42, 48, 5, 6, 3, 43, 101, 0, 3, 33, 0];
const agreement = 110;
const signing = 112;

/** The primitives by Node's OpenSSL. Draws nothing: every key comes from bytes that are given. */
export const nodeCiphers: Ciphers = {
  seal(key, nonce, plaintext, associated) {
    const cipher = createCipheriv('aes-256-gcm', sized(key, keyBytes), sized(nonce, nonceBytes), {
      authTagLength: tagBytes,
    });
    cipher.setAAD(associated);
    return joined([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  },
  open(key, nonce, sealed, associated) {
    if (sealed.length < tagBytes) return null;
    const end = sealed.length - tagBytes;
    const decipher = createDecipheriv(
      'aes-256-gcm',
      sized(key, keyBytes),
      sized(nonce, nonceBytes),
      // Without it Node takes a tag of four bytes for a tag.
      { authTagLength: tagBytes },
    );
    decipher.setAAD(associated);
    decipher.setAuthTag(sealed.subarray(end));
    // `update` gives plaintext that nobody has vouched for: nothing of it leaves before `final`.
    const plaintext = decipher.update(sealed.subarray(0, end));
    try {
      return joined([plaintext, decipher.final()]);
    } catch {
      plaintext.fill(0);
      return null;
    }
  },
  digest: (data) => plain(createHash('sha256').update(data).digest()),
  authenticate: (key, data) => plain(createHmac('sha256', key).update(data).digest()),
  signingKey: (seed) => rawPublicKey(privateKey(signing, seed)),
  sign: (seed, message) => plain(sign(null, message, privateKey(signing, seed))),
  verify(key, message, signature) {
    if (key.length !== keyBytes || signature.length !== 64) return false;
    try {
      return verify(null, message, publicKey(signing, key), signature);
    } catch {
      return false;
    }
  },
  agreementKey: (seed) => rawPublicKey(privateKey(agreement, seed)),
  agree(seed, key) {
    if (key.length !== keyBytes) return null;
    const own = privateKey(agreement, seed);
    try {
      return plain(diffieHellman({ privateKey: own, publicKey: publicKey(agreement, key) }));
    } catch {
      // A point of small order: the secret would be zeros, whoever asks.
      return null;
    }
  },
};

function sized(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length !== length) throw new RangeError(`${length} bytes, not ${bytes.length}`);
  return bytes;
}

/** Bytes that share no memory with Node's pool. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function encoded(
  head: readonly number[],
  algorithm: number,
  place: number,
  key: Uint8Array,
): Buffer {
  const bytes = Buffer.from([...head, ...sized(key, keyBytes)]);
  bytes[place] = algorithm;
  return bytes;
}

// Making a key object costs several times what using it does, and few keys are used often.
const kept: Map<string, KeyObject> = new Map();
const mostKept = 4_096;

/** The key object that `make` gives for these bytes, made once in a while. Results do not depend on it. */
function remembered(kind: string, bytes: Uint8Array, make: () => KeyObject): KeyObject {
  const name = kind + String.fromCharCode(...bytes);
  const known = kept.get(name);
  if (known !== undefined) return known;
  const key = make();
  if (kept.size >= mostKept) kept.clear();
  kept.set(name, key);
  return key;
}

function privateKey(algorithm: number, seed: Uint8Array): KeyObject {
  return remembered(`private ${algorithm} `, sized(seed, keyBytes), () => {
    const key = encoded(privateHead, algorithm, 11, seed);
    return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  });
}

function publicKey(algorithm: number, bytes: Uint8Array): KeyObject {
  return remembered(`public ${algorithm} `, sized(bytes, keyBytes), () => {
    const key = encoded(publicHead, algorithm, 8, bytes);
    return createPublicKey({ key, format: 'der', type: 'spki' });
  });
}

function rawPublicKey(key: KeyObject): Uint8Array {
  const bytes = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return plain(bytes.subarray(publicHead.length));
}
