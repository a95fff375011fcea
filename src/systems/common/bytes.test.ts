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
