import { ByteReader, ByteWriter } from './bytes.ts';
import type { Field } from './fields.ts';

// One for all values: it has grown to the largest. No field encodes another value while it writes.
const writer: ByteWriter = new ByteWriter();

/** The bytes of one value by itself. */
export function encodeField<T>(field: Field<T>, value: T): Uint8Array {
  writer.length = 0;
  field.write(writer, value);
  return writer.finish();
}

/** The value of which these are all bytes. Throws a RangeError on any others. */
export function decodeField<T>(field: Field<T>, bytes: Uint8Array): T {
  const reader = new ByteReader(bytes);
  const value = field.read(reader);
  reader.close();
  return value;
}
