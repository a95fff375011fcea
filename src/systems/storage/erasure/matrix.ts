import { inverse, multiply, raise } from './galois.ts';

/** A matrix over GF(2^8): rows of field elements. */
export type Matrix = readonly Uint8Array[];

/**
 * The generator matrix of a systematic code: `dataParts` rows of the identity, then one row for each
 * parity part. It is the Vandermonde matrix with rows 1, r, r^2, ... times the inverse of its own
 * top square. Every square of rows of a Vandermonde matrix can be inverted, and the multiplication
 * keeps that, so any `dataParts` rows of the result determine the data. Rows r^j written under an
 * identity directly do *not* have this property: from 8+4 on some losses could not be repaired.
 */
export function generatorMatrix(dataParts: number, parityParts: number): Matrix {
  const vandermonde = makeMatrix(dataParts + parityParts, dataParts, raise);
  return product(vandermonde, invert(vandermonde.slice(0, dataParts)));
}

/** `left` times `right`. */
export function product(left: Matrix, right: Matrix): Matrix {
  const width = right[0]!.length;
  return makeMatrix(left.length, width, (row, column) => {
    let sum = 0;
    for (let i = 0; i < right.length; i++) sum ^= multiply(left[row]![i]!, right[i]![column]!);
    return sum;
  });
}

/** The inverse of a square matrix, by Gauss-Jordan. Throws a RangeError when it is singular. */
export function invert(square: Matrix): Matrix {
  const size = square.length;
  const rows = makeMatrix(size, size * 2, (row, column) =>
    column < size ? square[row]![column]! : column - size === row ? 1 : 0,
  );
  for (let column = 0; column < size; column++) {
    const pivotRow = rows.findIndex((row, at) => at >= column && row[column] !== 0);
    if (pivotRow < 0) throw new RangeError('the matrix is singular');
    const pivot = rows[pivotRow]!;
    rows[pivotRow] = rows[column]!;
    rows[column] = pivot;
    const factor = inverse(pivot[column]!);
    for (let i = 0; i < pivot.length; i++) pivot[i] = multiply(pivot[i]!, factor);
    for (const row of rows) {
      const lead = row[column]!;
      if (row === pivot || lead === 0) continue;
      for (let i = 0; i < row.length; i++) row[i]! ^= multiply(pivot[i]!, lead);
    }
  }
  return rows.map((row) => row.slice(size));
}

function makeMatrix(
  height: number,
  width: number,
  cell: (row: number, column: number) => number,
): Uint8Array[] {
  return Array.from({ length: height }, (_, row) =>
    Uint8Array.from({ length: width }, (_, column) => cell(row, column)),
  );
}
