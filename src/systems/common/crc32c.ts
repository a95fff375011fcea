/**
 * Four tables of 256: the first for a byte, the others for a byte with one to three bytes behind it,
 * so that four bytes are taken at a time ("slicing by 4", Kounavis and Berry 2005).
 */
const table: Int32Array = makeTable();

function makeTable(): Int32Array {
  const result = new Int32Array(1024);
  for (let i = 0; i < 256; i++) {
    let value = i;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
    result[i] = value;
  }
  for (let i = 256; i < 1024; i++) {
    const before = result[i - 256]!;
    result[i] = result[before & 0xff]! ^ (before >>> 8);
  }
  return result;
}

/** What a CRC-32C starts from. */
export const crcStart: number = -1;

/** Goes on with a CRC-32C (Castagnoli, reflected) over `bytes` from `from` to `to`. */
export function crcBytes(crc: number, bytes: Uint8Array, from: number, to: number): number {
  let value = crc;
  let i = from;
  for (; i + 4 <= to; i += 4) {
    value ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    value =
      table[768 + (value & 0xff)]! ^
      table[512 + ((value >>> 8) & 0xff)]! ^
      table[256 + ((value >>> 16) & 0xff)]! ^
      table[value >>> 24]!;
  }
  for (; i < to; i++) value = table[(value ^ bytes[i]!) & 0xff]! ^ (value >>> 8);
  return value;
}

/** Goes on with a CRC-32C over the four bytes of a 32-bit number. */
export function crcWord(crc: number, word: number): number {
  let value = crc ^ word;
  value = table[value & 0xff]! ^ (value >>> 8);
  value = table[value & 0xff]! ^ (value >>> 8);
  value = table[value & 0xff]! ^ (value >>> 8);
  return table[value & 0xff]! ^ (value >>> 8);
}

/** The finished checksum as an unsigned number. */
export function crcEnd(crc: number): number {
  return ~crc >>> 0;
}
