import type { Cell } from '../../common/table.ts';
import { derivedKey, framed, hexOf, nonceOf } from '../crypto/bytes.ts';
import type { Ciphers } from '../crypto/ciphers.ts';
import { type Certificate, issue, type SigningRequest } from '../identity/certificates.ts';
import {
  type KeyEncryptionKey,
  KeyRing,
  newDataKey,
  purposes,
  type WrappedKey,
} from '../secrets/data-keys.ts';
import { type SealPlace, SealSequence } from '../secrets/seal-sequence.ts';
import {
  fingerprintOf,
  openSecret,
  type SealedValue,
  sealSecret,
} from '../secrets/sealed-secret.ts';
import type { Command } from '../state/command.ts';
import { decideRootStep, heldRoots } from '../trust/roots.ts';
import type { HeldRoot } from '../trust/trust-rows.ts';
import { type Leadership, proposeAgainUs } from './leadership.ts';

/** How many places a sequence has to have left for one call. */
const placesKept = 16;

/** What a manager holds outside the store. */
export interface TrustOptions {
  readonly ciphers: Ciphers;
  /** Key-encryption keys, the newest last; every manager of the cluster has the same. */
  readonly keys: readonly KeyEncryptionKey[];
}

/** Keys, roots and secrets in the hands of one leader. */
export class TrustOffice {
  readonly ciphers: Ciphers;
  private readonly lead: Leadership;
  private readonly ring: KeyRing;
  private readonly wrapper: KeyEncryptionKey;
  private places: SealSequence | null = null;
  private seed: Uint8Array = new Uint8Array(0);
  private stepping = false;
  private renewing = false;
  /** Counts what is derived for challenges. */
  private drawn = 0;

  constructor(lead: Leadership, { ciphers, keys }: TrustOptions) {
    this.lead = lead;
    this.ciphers = ciphers;
    this.ring = new KeyRing(ciphers);
    for (const key of keys) this.ring.addWrapper(key);
    this.wrapper = keys.at(-1)!;
    for (const id of lead.state.keys.keys()) this.ring.put(lead.state.keys.get(id)!);
  }

  /** `barrier` is the index of the entry that this leader began its term with. */
  begin(barrier: number): void {
    const { ciphers, lead } = this;
    this.places = new SealSequence(barrier);
    this.seed = derivedKey(ciphers, this.wrapper.key, 'leader', lead.term, barrier);
    if (lead.state.keys.size === 0) this.found([]);
    else this.rewrap();
    this.stepRoots();
  }

  /** It has its barrier, keys and a root: it can seal and certify. */
  get isOpen(): boolean {
    return this.places !== null && this.lead.state.roots.size > 0;
  }

  /** The leader's private X25519 key of this term. */
  get agreementSeed(): Uint8Array {
    return this.seed;
  }

  get agreementKey(): Uint8Array {
    return this.ciphers.agreementKey(this.seed);
  }

  /** Text that nobody can guess and that comes once. */
  challenge(): string {
    this.drawn += 1;
    return hexOf(derivedKey(this.ciphers, this.seed, 'challenge', this.drawn));
  }

  observe(changed: readonly Cell[]): void {
    let rotates = false;
    for (const { table, key, row, gone } of changed) {
      if (table === 'keys') {
        if (gone) this.ring.drop(key as number);
        else this.ring.put(row as WrappedKey);
      }
      rotates ||= table === 'roots' || table === 'members';
    }
    if (rotates) this.stepRoots();
  }

  // ---------------------------------------------------------------- keys

  /** Three data keys and a root; each has the index of an entry of its own for its id. */
  private found(ids: readonly number[]): void {
    const { lead } = this;
    lead.propose({ kind: 'barrier' }, (reply, index) => {
      const next = reply === null ? ids : [...ids, index];
      if (reply === null) lead.alarms.after(proposeAgainUs, () => this.found(next));
      else if (next.length < purposes.length) this.found(next);
      else this.proposeFoundation(next);
    });
  }

  private proposeFoundation(ids: readonly number[]): void {
    const { ciphers, lead } = this;
    const keys = purposes.map((purpose, at) => {
      const about = { id: ids[at]!, purpose };
      return newDataKey(ciphers, this.wrapper, this.entropy(), about, this.places!.take());
    });
    for (const key of keys) this.ring.put(key);
    const root = this.newRoot(ids[0]!);
    if (root !== null) this.insist({ kind: 'found-trust', keys, root });
    else lead.alarms.after(proposeAgainUs, () => this.proposeFoundation(ids));
  }

  /** Keys that are wrapped by an earlier key-encryption key are wrapped by the newest. */
  private rewrap(): void {
    for (const id of this.lead.state.keys.keys()) {
      if (this.lead.state.keys.get(id)!.wrappedBy >= this.wrapper.id) continue;
      const key = this.ring.rewrapped(id, this.wrapper, this.places!.take());
      if (key !== null) this.insist({ kind: 'put-key', key });
    }
  }

  /** Proposes until it is in the log; a refusal is an answer. */
  private insist(command: Command): void {
    this.lead.propose(command, (reply) => {
      if (reply === null) this.lead.alarms.after(proposeAgainUs, () => this.insist(command));
    });
  }

  private entropy(): Uint8Array {
    const bytes = new Uint8Array(32);
    const { random } = this.lead.env;
    for (let at = 0; at < bytes.length; at++) bytes[at] = random.below(256, 'key-material', at);
    return bytes;
  }

  /** A place to seal at. When few are left another barrier is on its way. */
  private take(): SealPlace | null {
    const { places, lead } = this;
    if (places === null || places.left === 0) return null;
    if (places.left <= placesKept && !this.renewing) {
      this.renewing = true;
      lead.propose({ kind: 'barrier' }, (reply, index) => {
        this.renewing = false;
        if (reply !== null) this.places = new SealSequence(index);
      });
    }
    return places.take();
  }

  /** A new data key for secrets, wrapped; null: not now. */
  newSecretsKey(id: number): WrappedKey | null {
    const place = this.take();
    if (place === null) return null;
    return newDataKey(
      this.ciphers,
      this.wrapper,
      this.entropy(),
      { id, purpose: 'secrets' },
      place,
    );
  }

  get newestSecretsKey(): number | undefined {
    return this.ring.newest('secrets');
  }

  // ---------------------------------------------------------------- secrets

  /** Seals a value as a version of a secret; null: not now. */
  seal(name: string, version: number, value: Uint8Array): SealedValue | null {
    const place = this.take();
    if (place === null) return null;
    return sealSecret(this.ciphers, this.ring, { name, version }, value, place);
  }

  /** The value of a version of a secret, or null. */
  open(name: string, version: number): Uint8Array | null {
    const row = this.lead.state.secrets.get(name, version);
    if (row === undefined) return null;
    return openSecret(this.ciphers, this.ring, { name, version }, row.value);
  }

  /** A keyed digest of a value, or null: the key is not there. */
  fingerprint(name: string, value: Uint8Array): Uint8Array | null {
    const key = this.fingerprintKey();
    return key === null ? null : fingerprintOf(this.ciphers, key, name, value);
  }

  private fingerprintKey(): Uint8Array | null {
    const id = this.ring.newest('fingerprints');
    return id === undefined ? null : this.ring.key(id, 'fingerprints');
  }

  /**
   * What the secret of a token is made from: the same for the same request, so that whoever asks again
   * after a failover gets the same token and not a second one.
   */
  tokenEntropy(session: number, sequence: number): Uint8Array | null {
    const key = this.fingerprintKey();
    return key === null ? null : this.ciphers.authenticate(key, framed('token', session, sequence));
  }

  // ---------------------------------------------------------------- roots

  /** A root with a key of its own, sealed; null: not now. */
  newRoot(id: number): HeldRoot | null {
    const keyId = this.ring.newest('roots');
    const key = keyId === undefined ? null : this.ring.key(keyId, 'roots');
    const place = this.take();
    if (keyId === undefined || key === null || place === null) return null;
    const seed = derivedKey(this.ciphers, this.entropy(), 'root', id);
    const nonce = nonceOf(keyId, place.index, place.field);
    const sealed = this.ciphers.seal(key, nonce, seed, framed('root', id));
    const publicKey = hexOf(this.ciphers.signingKey(seed));
    return { id, publicKey, state: 'coming', seed: { keyId, ...place, sealed } };
  }

  /** Certifies a key by a root; null: the request does not hold, or the root cannot be opened. */
  certify(request: SigningRequest, serial: number, issuer: number): Certificate | null {
    const { lead, ciphers } = this;
    const root = lead.state.roots.get(issuer);
    const key = root === undefined ? null : this.ring.key(root.seed.keyId, 'roots');
    if (root === undefined || key === null) return null;
    const { keyId, index, field, sealed } = root.seed;
    const seed = ciphers.open(key, nonceOf(keyId, index, field), sealed, framed('root', root.id));
    if (seed === null) return null;
    const { certificateUs: lifetimeUs, skewUs } = lead.timings;
    const life = { nowUs: lead.timeUs, lifetimeUs, skewUs };
    return issue(ciphers, { id: root.id, seed }, request, serial, life);
  }

  /** Takes the next step of a rotation as soon as it may be taken. Costs the members, while there is one. */
  private stepRoots(): void {
    const { state } = this.lead;
    if (this.stepping || state.roots.size < 2) return;
    const step = heldRoots(state).some((root) => root.state === 'coming') ? 'switch' : 'finish';
    if ('refused' in decideRootStep(state, step)) return;
    this.stepping = true;
    this.lead.propose({ kind: 'root-step', step }, (reply) => {
      this.stepping = false;
      if (reply === null) this.lead.alarms.after(proposeAgainUs, () => this.stepRoots());
      else this.stepRoots();
    });
  }
}
