import { encodeField } from './field-bytes.ts';
import type { Field } from './fields.ts';
import { hashBytes } from './hash.ts';

interface Words {
  readonly low: number;
  readonly high: number;
}

/**
 * The same field, for objects that are made once, never changed, and sent to many: 64 bits of a hash are
 * folded in place of all that the object holds, and they are computed when it is folded first.
 *
 * @example
 * const table = foldOnce(structure<Table>({ name: text, rows: listOf(row) }));
 */
export function foldOnce<T extends object>(field: Field<T>): Field<T> {
  const known = new WeakMap<T, Words>();
  return {
    ...field,
    fold: (into, value) => {
      let words = known.get(value);
      if (words === undefined) {
        const bytes = encodeField(field, value);
        words = {
          low: hashBytes(0, bytes, 0, bytes.length),
          high: hashBytes(0x5bd1_e995, bytes, 0, bytes.length),
        };
        known.set(value, words);
      }
      into.int(words.low);
      into.int(words.high);
    },
  };
}
