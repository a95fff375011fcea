import { crcBytes, crcEnd, crcStart, crcWord } from '../common/crc32c.ts';

/** What names a fragment: one server's share of one version of a chunk. */
export interface FragmentName {
  readonly chunk: number;
  readonly version: number;
  /** Counts how often the chunk changed its code; parts of two codes must not mix. */
  readonly generation: number;
  /** Index of the part in the stripe; 0 for a replica. */
  readonly part: number;
}

/**
 * The CRC-32C of a block, bound to the fragment and the place in it. A block that a disk wrote to a
 * wrong place, or a whole fragment under a wrong name, does not match, although its bytes are sound.
 */
export function blockChecksum(
  fragment: FragmentName,
  block: number,
  bytes: Uint8Array,
  from: number = 0,
  to: number = bytes.length,
): number {
  let crc = crcInteger(crcStart, fragment.chunk);
  crc = crcInteger(crc, fragment.version);
  crc = crcWord(crc, fragment.generation);
  crc = crcWord(crc, (fragment.part << 24) ^ block);
  return crcEnd(crcBytes(crc, bytes, from, to));
}

function crcInteger(crc: number, value: number): number {
  return crcWord(crcWord(crc, value | 0), Math.floor(value / 0x1_0000_0000));
}
