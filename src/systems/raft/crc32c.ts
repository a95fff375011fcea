const table: Int32Array = makeTable();

function makeTable(): Int32Array {
  const result = new Int32Array(256);
  for (let i = 0; i < 256; i++) {
    let value = i;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
    result[i] = value;
  }
  return result;
}

/** What a CRC-32C starts from. */
export const crcStart: number = -1;

/** Goes on with a CRC-32C (Castagnoli, reflected) over `bytes` from `from` to `to`. */
export function crcBytes(crc: number, bytes: Uint8Array, from: number, to: number): number {
  let value = crc;
  for (let i = from; i < to; i++) value = table[(value ^ bytes[i]!) & 0xff]! ^ (value >>> 8);
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
