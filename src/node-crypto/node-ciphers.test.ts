import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bytesOfHex,
  derivedKey,
  framed,
  hexOf,
  nonceOf,
} from '../systems/orchestrator/crypto/bytes.ts';
import { nodeCiphers as ciphers } from './node-ciphers.ts';

const hex = (text: string): Uint8Array => bytesOfHex(text.replaceAll(' ', ''))!;
const bytes = (most: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: most });
const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const nonce = fc.uint8Array({ minLength: 12, maxLength: 12 });

describe('the ciphers of Node', () => {
  it('give the values of the standards', () => {
    // RFC 8032, 7.1, test 2.
    const seed = hex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb');
    expect(hexOf(ciphers.signingKey(seed))).toBe(
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    );
    expect(hexOf(ciphers.sign(seed, hex('72')))).toBe(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
        '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    );
    // RFC 7748, 6.1, the side of Bob.
    const bob = hex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb');
    const alice = hex('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a');
    expect(hexOf(ciphers.agreementKey(bob))).toBe(
      'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
    );
    expect(hexOf(ciphers.agree(bob, alice)!)).toBe(
      '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742',
    );
    // RFC 4231, test case 2.
    const text = (value: string): Uint8Array => new TextEncoder().encode(value);
    expect(hexOf(ciphers.authenticate(text('Jefe'), text('what do ya want for nothing?')))).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
    // The GCM specification of McGrew and Viega, test case 14.
    expect(
      hexOf(ciphers.seal(new Uint8Array(32), new Uint8Array(12), new Uint8Array(16), text(''))),
    ).toBe('cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919');
  });

  it('open what they sealed, and nothing that differs in a single bit', () => {
    fc.assert(
      fc.property(key, nonce, bytes(100), bytes(20), fc.nat(), (k, n, value, associated, at) => {
        const sealed = ciphers.seal(k, n, value, associated);
        expect(sealed.length).toBe(value.length + 16);
        expect(ciphers.open(k, n, sealed, associated)).toEqual(value);
        for (const whole of [k, n, sealed, associated]) {
          if (whole.length === 0) continue;
          const bit = at % (whole.length * 8);
          whole[bit >> 3]! ^= 1 << (bit & 7);
          expect(ciphers.open(k, n, sealed, associated)).toBeNull();
          whole[bit >> 3]! ^= 1 << (bit & 7);
        }
      }),
    );
  });

  it('take no short tag', () => {
    const sealed = ciphers.seal(
      new Uint8Array(32),
      new Uint8Array(12),
      new Uint8Array(0),
      new Uint8Array(0),
    );
    for (let length = 0; length < 16; length++) {
      const short = sealed.subarray(0, length);
      expect(
        ciphers.open(new Uint8Array(32), new Uint8Array(12), short, new Uint8Array(0)),
      ).toBeNull();
    }
  });

  it('agree on a secret, and only with keys that are some', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        const shared = ciphers.agree(a, ciphers.agreementKey(b));
        expect(shared).toEqual(ciphers.agree(b, ciphers.agreementKey(a)));
      }),
      { numRuns: 20 },
    );
    expect(ciphers.agree(new Uint8Array(32), new Uint8Array(32))).toBeNull();
    expect(ciphers.agree(new Uint8Array(32), new Uint8Array(31))).toBeNull();
  });

  it('verify no other message, key or signature', () => {
    fc.assert(
      fc.property(key, bytes(50), fc.nat(), (seed, message, at) => {
        const own = ciphers.signingKey(seed);
        const signature = ciphers.sign(seed, message);
        expect(ciphers.verify(own, message, signature)).toBe(true);
        signature[(at >> 3) % 64]! ^= 1 << (at & 7);
        expect(ciphers.verify(own, message, signature)).toBe(false);
      }),
      { numRuns: 30 },
    );
    expect(ciphers.verify(new Uint8Array(3), new Uint8Array(0), new Uint8Array(64))).toBe(false);
  });
});

describe('what keys and nonces are made of', () => {
  it('tells lists of parts apart', () => {
    const part = fc.oneof(fc.string(), fc.nat(), bytes(5));
    fc.assert(
      fc.property(fc.array(part), fc.array(part), (a, b) => {
        const kinds = (parts: typeof a): string => parts.map((one) => typeof one).join();
        fc.pre(kinds(a) === kinds(b));
        expect(hexOf(framed(...a)) === hexOf(framed(...b))).toBe(
          JSON.stringify(a) === JSON.stringify(b),
        );
      }),
    );
  });

  it('gives each key, index and field a nonce of its own', () => {
    // Numbers that differ in one byte at most, so that a byte that is forgotten shows.
    const number = (bytes: number): fc.Arbitrary<number> =>
      fc.tuple(fc.nat(bytes - 1), fc.nat(3)).map(([at, value]) => value * 256 ** at);
    const place = fc.tuple(number(4), number(6), number(2));
    fc.assert(
      fc.property(place, place, (a, b) => {
        expect(hexOf(nonceOf(...a)) === hexOf(nonceOf(...b))).toBe(a.join() === b.join());
      }),
      { numRuns: 2_000 },
    );
    expect(() => nonceOf(1, 2 ** 48, 0)).toThrow(RangeError);
    expect(() => nonceOf(1, 1, 2 ** 16)).toThrow(RangeError);
  });

  it('derives the key of RFC 5869 for one block', () => {
    // Test case 3 has no salt; its info is empty, and 32 of its 42 bytes are the first block.
    const material = new Uint8Array(22).fill(11);
    expect(hexOf(derivedKey(ciphers, material))).toBe(
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d',
    );
  });
});
