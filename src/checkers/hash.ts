/**
 * Hashes for checkers: two 32-bit lanes joined into one integer below 2^53, so that a hash is an
 * ordinary number that `===` compares. 53 bits: a chance collision among a million values is about
 * one in 18,000 runs, and a wrong "equal" is all that it could cause.
 */

const highLane = 0x1f_ffff;

/** Joins two lanes into an integer from 0 to 2^53 - 1. */
function join(a: number, b: number): number {
  return (b & highLane) * 0x1_0000_0000 + (a >>> 0);
}

/** Stirs one 32-bit value into a lane. */
function stir(lane: number, value: number): number {
  let mixed = Math.imul(value, 0xcc9e2d51);
  mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
  const turned = lane ^ mixed;
  return (Math.imul((turned << 13) | (turned >>> 19), 5) + 0xe6546b64) | 0;
}

/** Spreads the last bits of a lane over all of it. */
function finish(lane: number): number {
  let mixed = lane ^ (lane >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** A hash that depends on two integers below 2^53 and their order. */
export function mix(a: number, b: number): number {
  const aLow = a | 0;
  const aHigh = (a / 0x1_0000_0000) | 0;
  const bLow = b | 0;
  const bHigh = (b / 0x1_0000_0000) | 0;
  const first = stir(stir(stir(aLow ^ 0x9747b28c, bLow), aHigh), bHigh);
  const second = stir(stir(stir(bLow ^ 0x3c6ef372, aHigh), aLow), bHigh);
  return join(finish(first), finish(second));
}

/** Hash of bytes from `from` to `to`. */
export function hashBytes(bytes: Uint8Array, from = 0, to: number = bytes.length): number {
  let first = 0x811c9dc5;
  let second = (to - from) ^ 0x5bd1e995;
  let at = from;
  for (; at + 4 <= to; at += 4) {
    const word =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    first = stir(first, word);
    second = Math.imul((second << 5) ^ (second >>> 27) ^ word, 0x27d4eb2d);
  }
  for (; at < to; at += 1) {
    const byte = bytes[at] as number;
    first = Math.imul(first ^ byte, 0x01000193);
    second = Math.imul((second << 5) ^ (second >>> 27) ^ byte, 0x27d4eb2d);
  }
  return join(finish(first), finish(second));
}

/** Hash of the UTF-16 units of a text. */
export function hashString(text: string): number {
  const { length } = text;
  let first = 0x811c9dc5;
  let second = length ^ 0x5bd1e995;
  let at = 0;
  for (; at + 2 <= length; at += 2) {
    const word = text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16);
    first = stir(first, word);
    second = Math.imul((second << 5) ^ (second >>> 27) ^ word, 0x27d4eb2d);
  }
  if (at < length) {
    const unit = text.charCodeAt(at);
    first = Math.imul(first ^ unit, 0x01000193);
    second = Math.imul((second << 5) ^ (second >>> 27) ^ unit, 0x27d4eb2d);
  }
  return join(finish(first), finish(second));
}

/** A hash as violations carry it: `#` and 14 hex digits. */
export function hashText(hash: number): string {
  return `#${hash.toString(16).padStart(14, '0')}`;
}
