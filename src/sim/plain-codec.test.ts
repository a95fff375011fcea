import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Folder } from './message.ts';
import { copyPlain, foldPlain, plainCodec, plainCodecWith } from './plain-codec.ts';
import { decodePlain } from './plain-decode.ts';
import { encodePlain } from './plain-encode.ts';

const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constant('\ud800 half a pair'),
);
const { value: plain } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    number,
    text,
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(text, tie('value'), { maxKeys: 5 }),
  ),
}));

class Recorder implements Folder {
  readonly log: string[] = [];
  int(value: number): void {
    this.log.push(`i${value}`);
  }
  text(value: string): void {
    this.log.push(`t${JSON.stringify(value)}`);
  }
  bytes(value: Uint8Array): void {
    this.log.push(`b${[...value].join()}`);
  }
}

function folded(value: unknown): string {
  const recorder = new Recorder();
  foldPlain(value, recorder);
  return recorder.log.join(' ');
}

describe('the codec for plain data', () => {
  test('gives back what was encoded', () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(decodePlain(encodePlain(value))).toStrictEqual(copyPlain(value));
      }),
      { numRuns: 500 },
    );
  });

  test('bytes come out as a Uint8Array of their own, from a Buffer too', () => {
    const wire = Buffer.from(encodePlain(Buffer.from([1, 2, 3])));
    const bytes = decodePlain(wire) as Uint8Array;
    wire.fill(0);
    expect(bytes.constructor).toBe(Uint8Array);
    expect([...bytes]).toEqual([1, 2, 3]);
  });

  test('keeps minus zero, the order of fields and a field named __proto__', () => {
    expect(Object.is(decodePlain(encodePlain(-0)), -0)).toBe(true);
    expect(Object.keys(decodePlain(encodePlain({ b: 1, a: 2 })) as object)).toEqual(['b', 'a']);
    const odd = JSON.parse('{"__proto__":{"x":1}}');
    const back = decodePlain(encodePlain(odd)) as object;
    expect(Object.keys(back)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
  });

  test('refuses bytes that it cannot have made', () => {
    const some = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.tuple(plain, fc.nat(), fc.nat(255)).map(([value, at, byte]) => {
        const bytes = encodePlain(value);
        bytes[at % bytes.length] = byte;
        return bytes;
      }),
    );
    fc.assert(
      fc.property(some, (bytes) => {
        let value: unknown;
        try {
          value = decodePlain(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        expect(encodePlain(value)).toEqual(bytes);
      }),
      { numRuns: 2_000 },
    );
    expect(() => plainCodec.decode(encodePlain([1, 2]))).toThrow(RangeError);
    expect(() => plainCodec.decode(new Uint8Array(0))).toThrow(RangeError);
  });

  test('names what cannot be sent', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    for (const wrong of [() => 1, 1n, Symbol('s'), new Map(), new Date(0), Number.NaN, cycle]) {
      expect(() => encodePlain({ wrong })).toThrow(TypeError);
      expect(() => copyPlain({ wrong })).toThrow(TypeError);
      expect(() => folded({ wrong })).toThrow(TypeError);
    }
  });

  test('a copy shares no mutable part', () => {
    const value = { kind: 'k', list: [{ deep: new Uint8Array([1, 2]) }] };
    const copy = copyPlain(value);
    copy.list[0]!.deep[0] = 9;
    copy.list.push({ deep: new Uint8Array(0) });
    expect(value).toEqual({ kind: 'k', list: [{ deep: new Uint8Array([1, 2]) }] });
  });

  test('two values fold alike exactly when they encode alike', () => {
    fc.assert(
      fc.property(plain, plain, (one, other) => {
        expect(folded(one)).toBe(folded(copyPlain(one)));
        const same = encodePlain(one).join() === encodePlain(other).join();
        expect(folded(one) === folded(other)).toBe(same);
      }),
      { numRuns: 500 },
    );
    expect(folded({ a: 1 })).not.toBe(folded({ a: '1' }));
    expect(folded([1, [2]])).not.toBe(folded([[1], 2]));
    expect(folded(0.1)).not.toBe(folded(0.2));
    expect(folded(new Uint8Array([1]))).not.toBe(folded([1]));
  });

  test('identity looks at the kind and at telling fields, never at the rest', () => {
    const identity = (message: { kind: string }) => plainCodec.identity(message);
    const base = { kind: 'append', term: 3, lastIndex: 7, payload: 'x' };
    expect(identity({ ...base, payload: 'another' } as { kind: string })).toBe(identity(base));
    for (const other of [
      { ...base, kind: 'ack' },
      { ...base, term: 4 },
      { ...base, lastIndex: 8 },
      { ...base, requestId: 'c1' },
      { ...base, term: 3 + 1_099_511_627_776 },
    ]) {
      expect(identity(other)).not.toBe(identity(base));
    }
    const named = plainCodecWith<typeof base>({ identityFields: ['payload'] });
    expect(named.identity({ ...base, term: 9 })).toBe(named.identity(base));
    expect(named.identity({ ...base, payload: 'y' })).not.toBe(named.identity(base));
  });

  test('the size is near that of the bytes', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const message = { kind: 'k', value };
        const size = plainCodec.sizeBytes(message);
        const bytes = encodePlain(message).length;
        expect(size).toBeGreaterThan(bytes / 4);
        expect(size).toBeLessThan(bytes * 4 + 20);
      }),
    );
  });
});
