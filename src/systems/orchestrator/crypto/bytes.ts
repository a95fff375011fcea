import { ByteWriter } from '../../common/bytes.ts';
import { type Ciphers, keyBytes, nonceBytes } from './ciphers.ts';

const digits = '0123456789abcdef';

export function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += digits[byte >> 4]! + digits[byte & 15]!;
  return text;
}

/** The bytes of a text of lower-case hex digits, or null. */
export function bytesOfHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return null;
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = digits.indexOf(text[at * 2]!) * 16 + digits.indexOf(text[at * 2 + 1]!);
  }
  return bytes;
}

/** Whether two are equal; looks at all bytes, however early they differ. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at++) difference |= a[at]! ^ b[at]!;
  return difference === 0;
}

const writer: ByteWriter = new ByteWriter();

/** Texts and numbers as bytes from which each can be told: no two lists have the same. */
export function framed(...parts: readonly (string | number | Uint8Array)[]): Uint8Array {
  writer.length = 0;
  for (const part of parts) {
    if (typeof part === 'string') writer.text(part);
    else if (typeof part === 'number') writer.varint(part);
    else writer.blob(part);
  }
  return writer.finish();
}

/**
 * A key for one purpose, made from other bytes (HKDF of RFC 5869 with one block: the extract step
 * has no salt, so it is keyed by zeros). Other words or other bytes give another key.
 */
export function derivedKey(
  ciphers: Ciphers,
  material: Uint8Array,
  ...purpose: readonly (string | number | Uint8Array)[]
): Uint8Array {
  const extracted = ciphers.authenticate(new Uint8Array(keyBytes), material);
  const info = framed(...purpose);
  const block = new Uint8Array(info.length + 1);
  block.set(info);
  block[info.length] = 1;
  return ciphers.authenticate(extracted, block);
}

/**
 * The nonce of one sealing: four bytes of the key's id, six of an index, two of a field. A key, an
 * index and a field together seal one thing ever. The index is one of the log, which no failover, no
 * restart and no rerun of a random stream gives out twice.
 */
export function nonceOf(keyId: number, index: number, field: number): Uint8Array {
  if (!(Number.isInteger(index) && index >= 0 && index < 2 ** 48)) {
    throw new RangeError('no nonce for this index');
  }
  if (!(Number.isInteger(field) && field >= 0 && field < 2 ** 16)) {
    throw new RangeError('no nonce for this field');
  }
  const nonce = new Uint8Array(nonceBytes);
  let rest = keyId;
  for (let at = 0; at < 4; at++, rest = Math.floor(rest / 256)) nonce[at] = rest % 256;
  rest = index;
  for (let at = 4; at < 10; at++, rest = Math.floor(rest / 256)) nonce[at] = rest % 256;
  nonce[10] = field % 256;
  nonce[11] = field >> 8;
  return nonce;
}
