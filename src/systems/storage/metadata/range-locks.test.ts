import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conflictingLock, withoutRange, withRange } from './range-locks.ts';
import type { RangeLock } from './rows.ts';

const span = 12;
const request = fc
  .record({
    session: fc.integer({ min: 1, max: 2 }),
    owner: fc.integer({ min: 1, max: 2 }),
    from: fc.nat(span - 1),
    length: fc.integer({ min: 1, max: span }),
    exclusive: fc.boolean(),
    unlock: fc.boolean(),
  })
  .map(({ length, ...rest }) => ({ ...rest, to: Math.min(span, rest.from + length) }));

/** Who holds each byte, and how: a map from holder to mode for each. */
type Bytes = Map<string, boolean>[];

function bytesOf(locks: readonly RangeLock[]): Bytes {
  const bytes: Bytes = Array.from({ length: span }, () => new Map());
  for (const { session, owner, from, to, exclusive } of locks) {
    for (let at = from; at < to; at++) {
      const holder = `${session}/${owner}`;
      if (bytes[at]!.has(holder)) throw new Error(`byte ${at} is locked twice by ${holder}`);
      bytes[at]!.set(holder, exclusive);
    }
  }
  return bytes;
}

test('locks are those of a table of bytes, and in their shortest form', () => {
  fc.assert(
    fc.property(fc.array(request, { maxLength: 30 }), (requests) => {
      let locks: RangeLock[] = [];
      const bytes: Bytes = Array.from({ length: span }, () => new Map());
      for (const { unlock, ...wanted } of requests) {
        const holder = `${wanted.session}/${wanted.owner}`;
        const range = bytes.slice(wanted.from, wanted.to);
        const objections = range.some((byte) =>
          [...byte].some(([other, mode]) => other !== holder && (mode || wanted.exclusive)),
        );
        if (unlock) {
          locks = withoutRange(locks, wanted);
          for (const byte of range) byte.delete(holder);
        } else {
          expect(conflictingLock(locks, wanted) !== null).toBe(objections);
          if (objections) continue;
          locks = withRange(locks, wanted);
          for (const byte of range) byte.set(holder, wanted.exclusive);
        }
        expect(bytesOf(locks)).toEqual(bytes);
        if (unlock) continue;
        // What was just taken is one lock, and no piece of the same kind touches it.
        const own = locks.filter(
          ({ session, owner }) => session === wanted.session && owner === wanted.owner,
        );
        const taken = own.find((lock) => lock.from <= wanted.from && wanted.to <= lock.to)!;
        const touching = own.filter((lock) => lock.to === taken.from || lock.from === taken.to);
        for (const lock of touching) expect(lock.exclusive).not.toBe(taken.exclusive);
      }
    }),
    { numRuns: 500 },
  );
});
