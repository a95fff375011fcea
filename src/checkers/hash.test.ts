import { describe, expect, it } from 'vitest';
import { hashBytes, hashString } from './hash.ts';

/** Lengths on both sides of what is taken at once. */
const lengths = [0, 1, 2, 3, 4, 5, 7, 8, 9, 33];

describe('hashes', () => {
  it('depend on each byte and on the length', () => {
    for (const length of lengths) {
      const bytes = Uint8Array.from({ length }, (_, at) => at * 37);
      const seen = new Set([hashBytes(bytes), hashBytes(Uint8Array.from([...bytes, 0]))]);
      for (let at = 0; at < length; at += 1) {
        seen.add(hashBytes(bytes.with(at, bytes[at]! ^ 0x80)));
        seen.add(hashBytes(bytes.with(at, bytes[at]! ^ 1)));
      }
      expect(seen.size).toBe(2 + 2 * length);
    }
  });

  it('are those of the bytes, wherever they stand', () => {
    const bytes = Uint8Array.from({ length: 50 }, (_, at) => at * 11);
    for (const length of lengths) {
      for (const from of [0, 1, 2, 3]) {
        const cut = bytes.slice(from, from + length);
        expect(hashBytes(bytes, from, from + length)).toBe(hashBytes(cut));
      }
    }
  });

  it('depend on each unit of a text and on its length', () => {
    for (const length of lengths) {
      const units = Array.from({ length }, (_, at) => 0x41 + at * 0x101);
      const text = (changed: readonly number[]) => String.fromCharCode(...changed);
      const seen = new Set([hashString(text(units)), hashString(text([...units, 0]))]);
      for (let at = 0; at < length; at += 1) {
        seen.add(hashString(text(units.with(at, units[at]! ^ 0x8000))));
      }
      expect(seen.size).toBe(2 + length);
    }
  });
});
