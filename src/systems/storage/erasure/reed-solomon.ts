import { multiply } from './galois.ts';
import { generatorMatrix, invert, type Matrix, product } from './matrix.ts';

/** Places of one stripe, by part index: a part's bytes, or null where it is not at hand. */
export type Parts = readonly (Uint8Array | null)[];

/**
 * For four outputs at a time and each input a table of 256 words: the word of a byte holds its four
 * products, one in each byte. One look-up for an input byte serves four outputs.
 */
type Tables = readonly (readonly Int32Array[])[];

/**
 * A systematic Reed-Solomon code over GF(2^8): any `dataParts` of the `dataParts + parityParts`
 * parts give back all. Synchronous; keeps no state between calls but its tables.
 *
 * Parts that come in are read where they lie and never copied. What is at hand is trusted: whether a
 * part's bytes are right is for the block checksums to say.
 */
export class ReedSolomon {
  readonly dataParts: number;
  readonly parityParts: number;
  private readonly generator: Matrix;
  private readonly parityTables: Tables;

  /** Throws a RangeError unless 1 <= dataParts, 0 <= parityParts and both together are at most 256. */
  constructor(dataParts: number, parityParts: number) {
    const whole = Number.isInteger(dataParts) && Number.isInteger(parityParts);
    if (!whole || dataParts < 1 || parityParts < 0 || dataParts + parityParts > 256) {
      throw new RangeError(`no Reed-Solomon code has ${dataParts}+${parityParts} parts`);
    }
    this.dataParts = dataParts;
    this.parityParts = parityParts;
    this.generator = generatorMatrix(dataParts, parityParts);
    this.parityTables = makeTables(this.generator.slice(dataParts));
  }

  get totalParts(): number {
    return this.dataParts + this.parityParts;
  }

  /** The smallest part that holds its share of `dataBytes`; at least one byte. */
  partBytesFor(dataBytes: number): number {
    return dataBytes === 0 ? 1 : Math.ceil(dataBytes / this.dataParts);
  }

  /**
   * Cuts data into data parts of `partBytes`. Whole parts are slices of `data` that share its
   * memory; only the part in which the data end, and those behind, are new and filled up with zeros.
   * Throws a RangeError when the data are too long.
   */
  split(data: Uint8Array, partBytes: number = this.partBytesFor(data.length)): Uint8Array[] {
    if (data.length > partBytes * this.dataParts) {
      throw new RangeError(`${data.length} bytes in ${this.dataParts} parts of ${partBytes}`);
    }
    return Array.from({ length: this.dataParts }, (_, index) => {
      const from = index * partBytes;
      if (from + partBytes <= data.length) return data.subarray(from, from + partBytes);
      const padded = new Uint8Array(partBytes);
      if (from < data.length) padded.set(data.subarray(from));
      return padded;
    });
  }

  /** The parity parts of `dataParts` parts of one length. Throws a RangeError on other input. */
  encode(data: readonly Uint8Array[]): Uint8Array[] {
    if (data.length !== this.dataParts) {
      throw new RangeError(`${data.length} data parts given, the code has ${this.dataParts}`);
    }
    commonLength(data);
    return apply(this.parityTables, this.parityParts, data);
  }

  /**
   * All parts, from any `dataParts` of them. Parts at hand come back as the same arrays; only what
   * is missing is made. Throws a RangeError when too few are at hand or their lengths differ.
   */
  reconstruct(parts: Parts): Uint8Array[] {
    const missing: number[] = [];
    for (let index = 0; index < parts.length; index++) {
      if (parts[index] === null) missing.push(index);
    }
    const made = this.rebuild(parts, missing);
    let next = 0;
    return parts.map((part) => part ?? made[next++]!);
  }

  /**
   * The parts with indexes `wanted`, computed from the first `dataParts` parts at hand. For a
   * degraded read this makes no more than what the reader asked for.
   */
  rebuild(parts: Parts, wanted: readonly number[]): Uint8Array[] {
    const { dataParts, totalParts, generator } = this;
    if (parts.length !== totalParts) {
      throw new RangeError(`${parts.length} places given, the code has ${totalParts}`);
    }
    const rows: Uint8Array[] = [];
    const sources: Uint8Array[] = [];
    for (let index = 0; index < totalParts; index++) {
      const part = parts[index]!;
      if (part === null) continue;
      if (sources.length < dataParts) {
        sources.push(part);
        rows.push(generator[index]!);
      } else if (part.length !== sources[0]!.length) {
        throw new RangeError('parts of one stripe have one length');
      }
    }
    if (sources.length < dataParts) {
      throw new RangeError(`${sources.length} parts at hand, ${dataParts} are needed`);
    }
    commonLength(sources);
    if (wanted.length === 0) return [];
    const targets = wanted.map((index) => {
      const row = generator[index];
      if (row === undefined) throw new RangeError(`the code has no part ${index}`);
      return row;
    });
    return apply(makeTables(product(targets, invert(rows))), wanted.length, sources);
  }

  /** Whether the parity parts are those of the data parts; all parts must be at hand. */
  verify(parts: readonly Uint8Array[]): boolean {
    if (parts.length !== this.totalParts) {
      throw new RangeError(`${parts.length} parts given, the code has ${this.totalParts}`);
    }
    commonLength(parts);
    const parity = this.encode(parts.slice(0, this.dataParts));
    return parity.every((part, index) => {
      const given = parts[this.dataParts + index]!;
      return part.every((byte, at) => byte === given[at]);
    });
  }
}

function commonLength(parts: readonly Uint8Array[]): number {
  const length = parts[0]!.length;
  for (const part of parts) {
    if (part.length !== length) throw new RangeError('parts of one stripe have one length');
  }
  return length;
}

function makeTables(rows: Matrix): Tables {
  const groups: Int32Array[][] = [];
  for (let first = 0; first < rows.length; first += 4) {
    const group = rows.slice(first, first + 4);
    groups.push(Array.from(rows[0]!, (_, input) => packedProducts(group, input)));
  }
  return groups;
}

function packedProducts(rows: Matrix, input: number): Int32Array {
  const table = new Int32Array(256);
  for (let bit = 1; bit < 256; bit <<= 1) {
    let word = 0;
    for (let i = 0; i < rows.length; i++) word |= multiply(rows[i]![input]!, bit) << (8 * i);
    // Products are linear: those of the bytes above this bit follow from those below it.
    for (let low = 0; low < bit; low++) table[bit | low] = table[low]! ^ word;
  }
  return table;
}

/** Multiplies a matrix, given as tables, with the inputs. */
function apply(tables: Tables, outputs: number, inputs: readonly Uint8Array[]): Uint8Array[] {
  const length = inputs[0]!.length;
  const results: Uint8Array[] = [];
  const words = new Int32Array(length);
  for (const group of tables) {
    words.fill(0);
    let input = 0;
    for (; input + 4 <= inputs.length; input += 4) addFour(words, group, inputs, input);
    for (; input < inputs.length; input++) {
      const table = group[input]!;
      const bytes = inputs[input]!;
      for (let at = 0; at < length; at++) words[at]! ^= table[bytes[at]!]!;
    }
    const count = Math.min(4, outputs - results.length);
    for (let shift = 0; shift < count * 8; shift += 8) {
      const result = new Uint8Array(length);
      for (let at = 0; at < length; at++) result[at] = words[at]! >>> shift;
      results.push(result);
    }
  }
  return results;
}

/** Four inputs in one pass over the words, which otherwise are loaded and stored for each. */
function addFour(
  words: Int32Array,
  group: readonly Int32Array[],
  inputs: readonly Uint8Array[],
  first: number,
): void {
  const [tableA, tableB] = [group[first]!, group[first + 1]!];
  const [tableC, tableD] = [group[first + 2]!, group[first + 3]!];
  const [a, b] = [inputs[first]!, inputs[first + 1]!];
  const [c, d] = [inputs[first + 2]!, inputs[first + 3]!];
  for (let at = 0; at < words.length; at++) {
    words[at]! ^= tableA[a[at]!]! ^ tableB[b[at]!]! ^ tableC[c[at]!]! ^ tableD[d[at]!]!;
  }
}
