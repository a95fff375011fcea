import { derivedKey, framed, nonceOf } from '../crypto/bytes.ts';
import type { Ciphers } from '../crypto/ciphers.ts';
import type { SecretId } from './sealed-secret.ts';

/** A secret on its way to one node. */
export interface Delivered extends SecretId {
  readonly sequence: number;
  readonly sealed: Uint8Array;
}

/**
 * The key of a session between a manager and a node, over which secrets go: from the X25519 keys of
 * both and the session, so that nobody between them can read or replay. Null when the other's key is
 * none.
 *
 * @param session term and number within it of the session: the manager never opens two with one
 * name, so that the count of sequences may begin at zero in each
 */
export function deliveryKey(
  ciphers: Ciphers,
  ownSeed: Uint8Array,
  otherKey: Uint8Array,
  session: string,
): Uint8Array | null {
  const shared = ciphers.agree(ownSeed, otherKey);
  return shared === null ? null : derivedKey(ciphers, shared, 'delivery', session);
}

function bound(session: string, { name, version }: SecretId): Uint8Array {
  return framed('delivery', session, name, version);
}

/** The manager's end, which alone seals: two counters under one key would meet. */
export class DeliverySender {
  private readonly ciphers: Ciphers;
  private readonly key: Uint8Array;
  private readonly session: string;
  private sent: number = 0;

  /** @param key of `deliveryKey`. One sender per key ever. */
  constructor(ciphers: Ciphers, key: Uint8Array, session: string) {
    this.ciphers = ciphers;
    this.key = key;
    this.session = session;
  }

  seal({ name, version }: SecretId, value: Uint8Array): Delivered {
    const sequence = this.sent++;
    const about = bound(this.session, { name, version });
    const sealed = this.ciphers.seal(this.key, nonceOf(0, sequence, 0), value, about);
    return { name, version, sequence, sealed };
  }
}

/** The node's end: the value, or null for what was not sealed for it in this session. */
export function openDelivered(
  ciphers: Ciphers,
  key: Uint8Array,
  session: string,
  delivered: Delivered,
): Uint8Array | null {
  const nonce = nonceOf(0, delivered.sequence, 0);
  return ciphers.open(key, nonce, delivered.sealed, bound(session, delivered));
}
