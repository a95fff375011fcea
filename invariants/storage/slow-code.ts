/**
 * Reed-Solomon by the book, for checkers: multiplication in GF(2^8) bit by bit, and the parity rows
 * of the four codes written out. Shares nothing with the code of the system.
 */

/** Parity rows in hexadecimal, a digit pair for each data part: field 0x11D, systematic Vandermonde. */
const rowsOf: ReadonlyMap<string, readonly string[]> = new Map([
  ['4+2', ['1b1c1214', '1c1b1412']],
  ['8+3', ['1a84ba33e710c627', '841a33ba10e727c6', 'ba331a84c627e710']],
  ['8+4', ['1a84ba33e710c627', '841a33ba10e727c6', 'ba331a84c627e710', '33ba841a27c610e7']],
  [
    '16+4',
    [
      '21b5f685df02b7873edd4aa48dda6130',
      'b52185f602df87b7dd3ea44ada8d3061',
      'f68521b5b787df024aa43edd61308dda',
      '85f6b52187b702dfa44add3e3061da8d',
    ],
  ],
]);

function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = a;
  for (let bits = b; bits > 0; bits >>= 1) {
    if ((bits & 1) === 1) product ^= shifted;
    shifted <<= 1;
    if (shifted > 0xff) shifted ^= 0x11d;
  }
  return product;
}

/** The parity parts of data parts of one length; undefined: a code that is not known here. */
export function slowParity(
  data: readonly Uint8Array[],
  parityParts: number,
): readonly Uint8Array[] | undefined {
  const rows = rowsOf.get(`${data.length}+${parityParts}`);
  return rows?.map((row) => {
    const parity = new Uint8Array(data[0]!.length);
    for (const [part, bytes] of data.entries()) {
      const factor = Number.parseInt(row.slice(2 * part, 2 * part + 2), 16);
      for (const [at, byte] of bytes.entries()) parity[at]! ^= multiply(factor, byte);
    }
    return parity;
  });
}
