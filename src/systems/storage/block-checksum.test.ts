import { expect, test } from 'vitest';
import { crcBytes, crcEnd, crcStart } from '../common/crc32c.ts';
import { blockChecksum, type FragmentName } from './block-checksum.ts';

const fragment: FragmentName = { chunk: 7, version: 3, generation: 0, part: 2 };

test('CRC-32C of the nine digits, the known answer', () => {
  const digits = Uint8Array.from('123456789', (digit) => digit.charCodeAt(0));
  expect(crcEnd(crcBytes(crcStart, digits, 0, 9))).toBe(0xe306_9283);
});

test('a checksum fits one fragment and one place in it', () => {
  const bytes = new Uint8Array(256);
  const others: readonly [FragmentName, number][] = [
    [{ ...fragment, chunk: 8 }, 5],
    [{ ...fragment, chunk: 7 + 2 ** 32 }, 5],
    [{ ...fragment, version: 4 }, 5],
    [{ ...fragment, version: 3 + 2 ** 32 }, 5],
    [{ ...fragment, generation: 1 }, 5],
    [{ ...fragment, part: 3 }, 5],
    [fragment, 6],
  ];
  const sums = others.map(([name, block]) => blockChecksum(name, block, bytes));
  sums.push(blockChecksum(fragment, 5, bytes));
  expect(new Set(sums).size).toBe(others.length + 1);
});

test('each bit of a block counts, and bytes outside the range do not', () => {
  const bytes = new Uint8Array(64);
  const sums = new Set([blockChecksum(fragment, 0, bytes, 16, 48)]);
  for (let bit = 128; bit < 384; bit++) {
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    sums.add(blockChecksum(fragment, 0, bytes, 16, 48));
    bytes[bit >> 3]! ^= 1 << (bit & 7);
  }
  expect(sums.size).toBe(257);
  const before = blockChecksum(fragment, 0, bytes, 16, 48);
  bytes[15] = 1;
  bytes[48] = 1;
  expect(blockChecksum(fragment, 0, bytes, 16, 48)).toBe(before);
});
