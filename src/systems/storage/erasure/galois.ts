/**
 * Arithmetic in GF(2^8) with the field polynomial x^8 + x^4 + x^3 + x^2 + 1 (0x11D) and the
 * generator 2: the field of the Reed-Solomon codes that Backblaze and klauspost made common.
 * Addition is exclusive or.
 */
const polynomial = 0x11d;
const exponentials: Uint8Array = new Uint8Array(510);
const logarithms: Uint8Array = new Uint8Array(256);

let power = 1;
for (let exponent = 0; exponent < 255; exponent++) {
  exponentials[exponent] = power;
  exponentials[exponent + 255] = power;
  logarithms[power] = exponent;
  power = power & 0x80 ? (power << 1) ^ polynomial : power << 1;
}

/** The product of two field elements. */
export function multiply(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  return exponentials[logarithms[a]! + logarithms[b]!]!;
}

/** The multiplicative inverse. Throws a RangeError for 0, which has none. */
export function inverse(a: number): number {
  if (a === 0) throw new RangeError('0 has no inverse');
  return exponentials[255 - logarithms[a]!]!;
}

/** `base` multiplied with itself `exponent` times; anything to the 0 is 1. */
export function raise(base: number, exponent: number): number {
  if (exponent === 0) return 1;
  if (base === 0) return 0;
  return exponentials[(logarithms[base]! * exponent) % 255]!;
}
