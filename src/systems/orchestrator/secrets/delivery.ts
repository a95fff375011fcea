import { derivedKey, framed, nonceOf } from '../crypto/bytes.ts';
import type { Ciphers } from '../crypto/ciphers.ts';
import type { SecretId } from './sealed-secret.ts';

/** A secret on its way to one node. */
export interface Delivered extends SecretId {
  readonly sequence: number;
  readonly sealed: Uint8Array;
}

/**
 * One end of a session between a manager and a node, over which secrets go. The key is made from the
 * X25519 keys of both and the session, so that nobody between them can read or replay.
 *
 * @param session term and number within it of the session: the manager never opens two with one
 * name, so that the count of sequences may begin at zero in each
 */
export class Delivery {
  private readonly ciphers: Ciphers;
  private readonly key: Uint8Array;
  private readonly session: string;
  private sent: number = 0;

  private constructor(ciphers: Ciphers, key: Uint8Array, session: string) {
    this.ciphers = ciphers;
    this.key = key;
    this.session = session;
  }

  /** Null when the other's key is none. */
  static between(
    ciphers: Ciphers,
    ownSeed: Uint8Array,
    otherKey: Uint8Array,
    session: string,
  ): Delivery | null {
    const shared = ciphers.agree(ownSeed, otherKey);
    if (shared === null) return null;
    return new Delivery(ciphers, derivedKey(ciphers, shared, 'delivery', session), session);
  }

  /** Only the manager's end seals: two counters under one key would meet. */
  seal({ name, version }: SecretId, value: Uint8Array): Delivered {
    const sequence = this.sent++;
    const about = framed(this.session, name, version);
    return {
      name,
      version,
      sequence,
      sealed: this.ciphers.seal(this.key, nonceOf(0, sequence, 0), value, about),
    };
  }

  open({ name, version, sequence, sealed }: Delivered): Uint8Array | null {
    const about = framed(this.session, name, version);
    return this.ciphers.open(this.key, nonceOf(0, sequence, 0), sealed, about);
  }
}
