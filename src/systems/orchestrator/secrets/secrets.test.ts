import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeCiphers } from '../../../node-crypto/node-ciphers.ts';
import { hexOf } from '../crypto/bytes.ts';
import type { Ciphers } from '../crypto/ciphers.ts';
import { KeyRing, newDataKey, type WrappedKey } from './data-keys.ts';
import { type Delivered, DeliverySender, deliveryKey, openDelivered } from './delivery.ts';
import { SealSequence } from './seal-sequence.ts';
import {
  fingerprintOf,
  openSecret,
  retirableKeys,
  type SealedValue,
  type SecretId,
  sealSecret,
} from './sealed-secret.ts';

/** Ciphers that remember with what they sealed. */
class Watched {
  readonly sealed: Map<string, string> = new Map();
  readonly ciphers: Ciphers = {
    ...nodeCiphers,
    seal: (key, nonce, plaintext, associated) => {
      const used = `${hexOf(key)} ${hexOf(nonce)}`;
      const what = `${hexOf(plaintext)} ${hexOf(associated)}`;
      expect(this.sealed.get(used) ?? what, 'a nonce twice').toBe(what);
      this.sealed.set(used, what);
      return nodeCiphers.seal(key, nonce, plaintext, associated);
    },
  };
}

/** A replicated state of keys and secrets, and the managers that follow it. */
class Cluster {
  readonly watched = new Watched();
  readonly keys: Map<number, WrappedKey> = new Map();
  readonly values: Map<string, SealedValue & SecretId> = new Map();
  readonly plain: Map<string, Uint8Array> = new Map();
  readonly wrappers: Map<number, Uint8Array> = new Map();
  index = 0;
  wrapper = 0;
  leader: { ring: KeyRing; places: SealSequence };

  constructor() {
    this.newWrapper();
    this.leader = this.elect();
    this.newKey('secrets');
  }

  /** A manager that starts: all that it knows comes from the state and its key-encryption keys. */
  ring(): KeyRing {
    const ring = new KeyRing(this.watched.ciphers);
    for (const [id, key] of this.wrappers) ring.addWrapper({ id, key });
    for (const row of this.keys.values()) ring.put(row);
    return ring;
  }

  elect(): typeof this.leader {
    this.leader = { ring: this.ring(), places: new SealSequence(++this.index) };
    return this.leader;
  }

  newWrapper(): void {
    this.wrapper = ++this.index;
    this.wrappers.set(this.wrapper, new Uint8Array(32).fill(this.wrapper));
  }

  private current() {
    return { id: this.wrapper, key: this.wrappers.get(this.wrapper)! };
  }

  /** Always with the same entropy: a node that starts anew repeats its random stream. */
  newKey(purpose: 'secrets' | 'fingerprints'): void {
    const { ciphers } = this.watched;
    const about = { id: ++this.index, purpose };
    const place = this.leader.places.take();
    this.commitKey(newDataKey(ciphers, this.current(), new Uint8Array(32), about, place));
  }

  commitKey(row: WrappedKey): void {
    this.keys.set(row.id, row);
    this.leader.ring.put(row);
  }

  rotateWrapper(): void {
    this.newWrapper();
    this.leader.ring.addWrapper(this.current());
    for (const id of [...this.keys.keys()]) {
      this.commitKey(this.leader.ring.rewrapped(id, this.current(), this.leader.places.take())!);
    }
    for (const id of [...this.wrappers.keys()]) {
      if (id !== this.wrapper && this.leader.ring.dropWrapper(id)) this.wrappers.delete(id);
    }
  }

  put(name: string, value: Uint8Array, committed: boolean): void {
    const version = [...this.values.values()].filter((one) => one.name === name).length + 1;
    const { ring, places } = this.leader;
    const sealed = sealSecret(this.watched.ciphers, ring, { name, version }, value, places.take())!;
    if (!committed) return;
    this.index += 1;
    this.values.set(`${name} ${version}`, { ...sealed, name, version });
    this.plain.set(`${name} ${version}`, value);
  }

  /** Seals the values under old keys anew, and lets the keys go that nothing needs. */
  collect(): void {
    const { ring, places } = this.leader;
    const newest = ring.newest('secrets');
    for (const [id, row] of this.values) {
      if (row.keyId === newest) continue;
      const value = openSecret(this.watched.ciphers, ring, row, row)!;
      const sealed = sealSecret(this.watched.ciphers, ring, row, value, places.take())!;
      this.values.set(id, { ...row, ...sealed });
    }
    for (const id of retirableKeys(this.keys.values(), this.values.values())) {
      this.keys.delete(id);
      ring.drop(id);
    }
  }

  check(): void {
    const ring = this.ring();
    for (const [id, row] of this.values) {
      expect(openSecret(this.watched.ciphers, ring, row, row)).toEqual(this.plain.get(id));
    }
  }
}

const step = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    name: fc.constantFrom('a', 'b'),
    value: fc.uint8Array({ maxLength: 20 }),
    committed: fc.boolean(),
  }),
  fc.record({
    kind: fc.constantFrom(
      'elect' as const,
      'key' as const,
      'wrapper' as const,
      'collect' as const,
      'retire' as const,
    ),
  }),
);

describe('secrets', () => {
  it('open at every manager, whatever was rotated, and no nonce serves twice', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const cluster = new Cluster();
        for (const one of steps) {
          if (one.kind === 'put') cluster.put(one.name, one.value, one.committed);
          else if (one.kind === 'elect') cluster.elect();
          else if (one.kind === 'key') cluster.newKey('secrets');
          else if (one.kind === 'wrapper') cluster.rotateWrapper();
          else if (one.kind === 'collect') cluster.collect();
          else {
            // Retiring without sealing anew first takes only what nothing needs.
            for (const id of retirableKeys(cluster.keys.values(), cluster.values.values())) {
              cluster.keys.delete(id);
              cluster.leader.ring.drop(id);
            }
          }
          cluster.check();
        }
        expect(cluster.wrappers.size).toBe(1);
      }),
      { numRuns: 100 },
    );
  });

  it('stay shut under another name, version, key or place', () => {
    const cluster = new Cluster();
    cluster.newKey('secrets');
    cluster.put('a', new Uint8Array([1, 2, 3]), true);
    const row = cluster.values.get('a 1')!;
    const { ciphers } = cluster.watched;
    const ring = cluster.ring();
    expect(openSecret(ciphers, ring, row, row)).toEqual(new Uint8Array([1, 2, 3]));
    const [other] = [...cluster.keys.keys()].filter((id) => id !== row.keyId);
    for (const change of [
      { name: 'b' },
      { version: 2 },
      { keyId: other! },
      { keyId: 999 },
      { index: row.index + 1 },
      { field: row.field + 1 },
      { sealed: row.sealed.subarray(1) },
    ]) {
      const moved = { ...row, ...change };
      expect(openSecret(ciphers, ring, moved, moved)).toBeNull();
    }
  });

  it('have nothing to open with while the wrapper is not there', () => {
    const cluster = new Cluster();
    cluster.put('a', new Uint8Array(3), true);
    const ring = new KeyRing(cluster.watched.ciphers);
    for (const row of cluster.keys.values()) ring.put(row);
    const row = cluster.values.get('a 1')!;
    expect(openSecret(cluster.watched.ciphers, ring, row, row)).toBeNull();
    ring.addWrapper({ id: cluster.wrapper, key: new Uint8Array(32) });
    expect(openSecret(cluster.watched.ciphers, ring, row, row)).toBeNull();
  });

  it('have data keys that differ, though a node that starts anew draws the same again', () => {
    const cluster = new Cluster();
    cluster.elect();
    cluster.newKey('secrets');
    cluster.newKey('fingerprints');
    const ring = cluster.ring();
    const made = [...cluster.keys.values()].map((row) => hexOf(ring.key(row.id, row.purpose)!));
    expect(new Set(made).size).toBe(3);
  });

  it('keep a wrapper while a row needs it', () => {
    const cluster = new Cluster();
    const ring = cluster.ring();
    const { wrapper } = cluster;
    expect(ring.dropWrapper(wrapper)).toBe(false);
    expect(ring.key(ring.newest('secrets')!, 'secrets')).not.toBeNull();
    const next = { id: 99, key: new Uint8Array(32).fill(99) };
    ring.put(ring.rewrapped(ring.newest('secrets')!, next, cluster.leader.places.take())!);
    expect(ring.dropWrapper(wrapper)).toBe(true);
  });

  it('use a key for its purpose alone', () => {
    const cluster = new Cluster();
    cluster.newKey('fingerprints');
    const ring = cluster.ring();
    const id = ring.newest('fingerprints')!;
    expect(ring.key(id, 'secrets')).toBeNull();
    // The purpose is bound to the key: to relabel a row does not help.
    cluster.keys.set(id, { ...cluster.keys.get(id)!, purpose: 'secrets' });
    expect(cluster.ring().key(id, 'secrets')).toBeNull();
  });

  it('have fingerprints that tell names, values and keys apart', () => {
    const made = [
      ['a', [1]],
      ['a', [2]],
      ['b', [1]],
      ['a1', []],
    ].flatMap(([name, value]) =>
      [0, 1].map((key) =>
        hexOf(
          fingerprintOf(
            nodeCiphers,
            new Uint8Array(32).fill(key),
            name as string,
            new Uint8Array(value as number[]),
          ),
        ),
      ),
    );
    expect(new Set(made).size).toBe(made.length);
  });

  it('end their places before one comes again', () => {
    const places = new SealSequence(7);
    const taken = new Set<number>();
    while (places.left > 0) taken.add(places.take().field);
    expect(taken.size).toBe(65_536);
    expect(() => places.take()).toThrow(RangeError);
  });
});

describe('a delivery', () => {
  const seeds = [1, 2, 3].map((value) => new Uint8Array(32).fill(value));
  const keys = seeds.map((seed) => nodeCiphers.agreementKey(seed));
  const secret = { name: 'a', version: 1 };

  it('reaches the node that it is for, in its session', () => {
    const key = (own: number, other: number, session: string = '4-1'): Uint8Array =>
      deliveryKey(nodeCiphers, seeds[own]!, keys[other]!, session)!;
    const manager = new DeliverySender(nodeCiphers, key(0, 1), '4-1');
    const value = new Uint8Array([1, 2]);
    const first = manager.seal(secret, value);
    const second = manager.seal(secret, value);
    const opened = (by: Uint8Array, delivered: Delivered, session: string = '4-1') =>
      openDelivered(nodeCiphers, by, session, delivered);
    expect(opened(key(1, 0), first)).toEqual(value);
    expect(opened(key(1, 0), second)).toEqual(value);
    expect(hexOf(first.sealed)).not.toBe(hexOf(second.sealed));
    expect(opened(key(1, 0), { ...first, version: 2 })).toBeNull();
    expect(opened(key(1, 0), { ...first, name: 'b' })).toBeNull();
    expect(opened(key(1, 0), { ...first, sequence: 1 })).toBeNull();
    expect(opened(key(1, 0), first, '4-2')).toBeNull();
    // Another node, and the same one in a later session.
    expect(opened(key(2, 0), first)).toBeNull();
    expect(opened(key(1, 0, '4-2'), first)).toBeNull();
    expect(deliveryKey(nodeCiphers, seeds[0]!, new Uint8Array(32), '4-1')).toBeNull();
  });
});
