const prime1 = 0x9e3779b1;
const prime2 = 0x85ebca77;
const prime3 = 0xc2b2ae3d;
const prime4 = 0x27d4eb2f;

/** Mixes one 32-bit word into a running hash: the word step of xxHash32 (Collet). */
export function hashWord(hash: number, word: number): number {
  const sum = (hash + Math.imul(word, prime3)) | 0;
  return Math.imul((sum << 17) | (sum >>> 15), prime4);
}

/** Spreads each bit of a running hash over the whole word: the finish of xxHash32. */
export function hashEnd(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 15), prime2);
  mixed = Math.imul(mixed ^ (mixed >>> 13), prime3);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A 32-bit hash of two integers from 0 to 2^53 - 1; their order matters. */
export function hashPair(first: number, second: number): number {
  let hash = hashWord(prime1, first | 0);
  hash = hashWord(hash, Math.floor(first / 0x1_0000_0000));
  hash = hashWord(hash, second | 0);
  return hashEnd(hashWord(hash, Math.floor(second / 0x1_0000_0000)));
}

/**
 * A 32-bit hash of the bytes from `from` to `to`, where `seed` chooses one of many such functions.
 * Not for adversaries.
 */
export function hashBytes(seed: number, bytes: Uint8Array, from: number, to: number): number {
  let hash = (seed + Math.imul(to - from, prime1)) | 0;
  let at = from;
  for (; at + 4 <= to; at += 4) {
    const word =
      bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    hash = hashWord(hash, word);
  }
  for (; at < to; at++) hash = hashWord(hash, bytes[at]! + 0x100);
  return hashEnd(hash);
}
