import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as judge from 'wasm-reed-solomon-erasure';
import { ReedSolomon } from './reed-solomon.ts';

const geometries: readonly (readonly [number, number, number, string])[] = [
  [4, 2, 15, 'bc89c4db4142696974b3d8afe0ae1c4e10fa4729a31ca9a700ae6bb3b19f81b0'],
  [8, 3, 165, '31f57cc23475530ebaf6524fa5969bc116c395449f747051cb2986c2a959b3ca'],
  [8, 4, 495, '492add0fc1389be0348c3d11e253a8aa2fa530fd607df8b18c3f4b6dfe00f14f'],
  [16, 4, 4845, '937a3150e3c8303ee91916334108953456b97754648fe08368cb1cab1552a005'],
];

function pattern(count: number, length: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) =>
    Uint8Array.from({ length }, (_, j) => 31 * i + 7 * j * j + j),
  );
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function sha256(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** All ways to keep `count` of `total` things. */
function* subsets(total: number, count: number, from = 0): Generator<number[]> {
  if (count === 0) {
    yield [];
    return;
  }
  for (let first = from; first <= total - count; first++) {
    for (const rest of subsets(total, count - 1, first + 1)) yield [first, ...rest];
  }
}

describe('known answers', () => {
  test('the vector that Backblaze and klauspost test with', () => {
    const data = [
      [0, 1],
      [4, 5],
      [2, 3],
      [6, 7],
      [8, 9],
    ].map((bytes) => Uint8Array.from(bytes));
    expect(new ReedSolomon(5, 5).encode(data).map((part) => [...part])).toEqual([
      [12, 13],
      [10, 11],
      [14, 15],
      [90, 91],
      [94, 95],
    ]);
  });

  test.each([
    [4, 2, '1b1c1214 1c1b1412'],
    [8, 3, '1a84ba33e710c627 841a33ba10e727c6 ba331a84c627e710'],
    [8, 4, '1a84ba33e710c627 841a33ba10e727c6 ba331a84c627e710 33ba841a27c610e7'],
    [
      16,
      4,
      '21b5f685df02b7873edd4aa48dda6130 b52185f602df87b7dd3ea44ada8d3061 ' +
        'f68521b5b787df024aa43edd61308dda 85f6b52187b702dfa44add3e3061da8d',
    ],
  ])('parity rows of %i+%i', (dataParts, parityParts, rows) => {
    // Part i is 1 at byte i and 0 elsewhere, so that byte i of a parity is its coefficient.
    const unit = Array.from({ length: dataParts }, (_, i) =>
      Uint8Array.from({ length: dataParts }, (_, j) => (i === j ? 1 : 0)),
    );
    expect(new ReedSolomon(dataParts, parityParts).encode(unit).map(hex).join(' ')).toBe(rows);
  });

  test.each(geometries)('parity digest of %i+%i', (dataParts, parityParts, _, digest) => {
    const data = pattern(dataParts, 256);
    const parity = new ReedSolomon(dataParts, parityParts).encode(data);
    expect(sha256(parity)).toBe(digest);
    expect(sha256(judge.encode(data, parityParts).slice(dataParts))).toBe(digest);
  });
});

describe('any k parts give back all', () => {
  test.each(geometries)('%i+%i: every one of the subsets', (dataParts, parityParts, count) => {
    const code = new ReedSolomon(dataParts, parityParts);
    const data = pattern(dataParts, 5);
    const all = [...data, ...code.encode(data)];
    let decoded = 0;
    for (const kept of subsets(code.totalParts, dataParts)) {
      const made = code.reconstruct(all.map((part, i) => (kept.includes(i) ? part : null)));
      if (made.map(hex).join() !== all.map(hex).join()) throw new Error(`kept ${kept}`);
      decoded += 1;
    }
    expect(decoded).toBe(count);
  });

  test('at any geometry, length and loss, and what is at hand comes back as it was', () => {
    const stripe = fc
      .tuple(fc.nat(11), fc.nat(8), fc.nat(70))
      .chain(([more, parityParts, length]) =>
        fc.record({
          parityParts: fc.constant(parityParts),
          data: fc.array(fc.uint8Array({ minLength: length, maxLength: length }), {
            minLength: more + 1,
            maxLength: more + 1,
          }),
          lost: fc.uniqueArray(fc.nat(more + parityParts), { maxLength: parityParts }),
        }),
      );
    fc.assert(
      fc.property(stripe, ({ parityParts, data, lost }) => {
        const code = new ReedSolomon(data.length, parityParts);
        const all = [...data, ...code.encode(data)];
        expect(code.verify(all)).toBe(true);
        const given = all.map((part, i) => (lost.includes(i) ? null : part));
        const made = code.reconstruct(given);
        expect(made).toEqual(all);
        for (const [i, part] of given.entries()) if (part !== null) expect(made[i]).toBe(part);
        expect(code.rebuild(given, lost)).toEqual(lost.map((i) => all[i]));
      }),
    );
  });
});

describe('against wasm-reed-solomon-erasure', () => {
  test.each(geometries)('%i+%i: same parity, same repair', (dataParts, parityParts) => {
    const code = new ReedSolomon(dataParts, parityParts);
    const parts = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), {
      minLength: dataParts,
      maxLength: dataParts,
    });
    const losses = fc.uniqueArray(fc.nat(code.totalParts - 1), {
      minLength: 1,
      maxLength: parityParts,
    });
    fc.assert(
      fc.property(parts, losses, (data, lost) => {
        const parity = code.encode(data);
        const judged = judge.encode(data, parityParts);
        expect([...data, ...parity]).toEqual([...judged]);
        const damaged = judged.map((part, i) => (lost.includes(i) ? new Uint8Array(32) : part));
        const repaired = judge.reconstruct(damaged, parityParts, Uint32Array.from(lost));
        const given = judged.map((part, i) => (lost.includes(i) ? null : part));
        expect(code.reconstruct(given)).toEqual([...repaired]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('lengths', () => {
  const code = new ReedSolomon(4, 2);

  test('short data are filled up with zeros, and whole parts share their memory', () => {
    const data = Uint8Array.of(1, 2, 3, 4, 5);
    const parts = code.split(data);
    expect(parts.map((part) => [...part])).toEqual([
      [1, 2],
      [3, 4],
      [5, 0],
      [0, 0],
    ]);
    expect(parts.map((part) => part.buffer === data.buffer)).toEqual([true, true, false, false]);
    expect(code.split(new Uint8Array(0)).map((part) => part.length)).toEqual([1, 1, 1, 1]);
    expect(code.split(data, 3).map((part) => [...part])[1]).toEqual([4, 5, 0]);
  });

  test('wrong numbers and lengths are refused', () => {
    const part = new Uint8Array(4);
    expect(() => code.split(new Uint8Array(9), 2)).toThrow(RangeError);
    expect(() => code.encode([part, part, part])).toThrow('3 data parts given');
    expect(() => code.encode([part, part, part, new Uint8Array(3)])).toThrow('one length');
    expect(() => code.reconstruct([part, part, part, part])).toThrow('4 places given');
    expect(() => code.reconstruct([part, part, part, null, null, null])).toThrow('3 parts at hand');
    const uneven = [part, part, part, part, new Uint8Array(5), null];
    expect(() => code.reconstruct(uneven)).toThrow('one length');
    expect(() => code.rebuild([part, part, part, part, null, null], [6])).toThrow('no part 6');
    expect(() => code.verify([part, part, part, part, part])).toThrow('5 parts given');
  });

  test.each([
    [0, 2],
    [4, -1],
    [4.5, 1],
    [200, 57],
  ])('no code has %d+%d parts', (dataParts, parityParts) => {
    expect(() => new ReedSolomon(dataParts, parityParts)).toThrow(RangeError);
  });
});

test('a changed byte anywhere does not verify', () => {
  const code = new ReedSolomon(8, 3);
  const data = pattern(8, 16);
  const all = [...data, ...code.encode(data)];
  for (const part of all) {
    part[7]! ^= 4;
    expect(code.verify(all)).toBe(false);
    part[7]! ^= 4;
  }
  expect(code.verify(all)).toBe(true);
});
