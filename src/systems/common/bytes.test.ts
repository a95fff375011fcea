import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteReader, ByteWriter } from './bytes.ts';

test('a varint comes back, and takes one byte for each seven bits', () => {
  const writer = new ByteWriter();
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      writer.varint(value);
      expect(writer.written()).toHaveLength(Math.max(1, Math.ceil(value.toString(2).length / 7)));
      const reader = new ByteReader(writer.finish());
      expect(reader.varint()).toBe(value);
      reader.close();
    }),
    { examples: [[0], [127], [128], [2 ** 32], [Number.MAX_SAFE_INTEGER]] },
  );
});

test('varints that are too long, too great or cut short are refused', () => {
  const read = (...bytes: number[]) => new ByteReader(Uint8Array.from(bytes)).varint();
  expect(() => read(0x80, 0x00)).toThrow('longer than needed');
  expect(() => read(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)).toThrow('out of range');
  expect(() => read(0x80)).toThrow('too early');
});

test('what no reader would take is not written', () => {
  const writer = new ByteWriter();
  for (const value of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 1e18]) {
    expect(() => writer.varint(value)).toThrow(RangeError);
    expect(() => writer.integer(value)).toThrow(RangeError);
  }
  expect(() => writer.text(5 as unknown as string)).toThrow(RangeError);
  expect(() => writer.blob('text' as unknown as Uint8Array)).toThrow(RangeError);
  expect(writer.written()).toHaveLength(0);
});

test('whatever is written is an integer that comes back', () => {
  const writer = new ByteWriter();
  fc.assert(
    fc.property(fc.oneof(fc.double(), fc.integer(), fc.constantFrom(2 ** 53, -0)), (value) => {
      writer.length = 0;
      try {
        writer.varint(value);
        writer.integer(value);
      } catch {
        return !Number.isSafeInteger(value) || value < 0;
      }
      const reader = new ByteReader(writer.finish());
      return reader.varint() === value && reader.integer() === value;
    }),
  );
});
