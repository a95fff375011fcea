import {
  deepest,
  setField,
  tagArray,
  tagBytes,
  tagFalse,
  tagFloat,
  tagInteger,
  tagNegative,
  tagNull,
  tagObject,
  tagText,
  tagTrue,
  tagUndefined,
  tagUtf16,
} from './plain-values.ts';

const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const floatValue = new Float64Array(1);
const floatBytes = new Uint8Array(floatValue.buffer);

class Reader {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  byte(): number {
    if (this.at >= this.bytes.length) throw new RangeError('a message ends too early');
    return this.bytes[this.at++] as number;
  }

  take(count: number): Uint8Array {
    if (count > this.bytes.length - this.at) throw new RangeError('a message ends too early');
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 8; count++) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) {
        if (byte === 0 && count > 0) break;
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      scale *= 128;
    }
    throw new RangeError('a message holds a number in no known form');
  }

  text(tag: number): string {
    if (tag === tagText) {
      try {
        return utf8Decoder.decode(this.take(this.varint()));
      } catch {
        throw new RangeError('a message holds a text that is not UTF-8');
      }
    }
    const length = this.varint();
    const units = this.take(length * 2);
    let text = '';
    for (let index = 0; index < units.length; index += 2) {
      text += String.fromCharCode((units[index] as number) + (units[index + 1] as number) * 256);
    }
    if (text.isWellFormed()) throw new RangeError('a message holds a text in no known form');
    return text;
  }

  float(): number {
    floatBytes.set(this.take(8));
    const value = floatValue[0] as number;
    const whole = Number.isSafeInteger(value) && !Object.is(value, -0);
    if (whole || !Number.isFinite(value)) {
      throw new RangeError('a message holds a number in no known form');
    }
    return value;
  }

  object(depth: number): Record<string, unknown> {
    const count = this.varint();
    const fields: Record<string, unknown> = {};
    const keys: string[] = [];
    for (let index = 0; index < count; index++) {
      const tag = this.byte();
      if (tag !== tagText && tag !== tagUtf16) throw new RangeError('a field without a name');
      const key = this.text(tag);
      keys.push(key);
      setField(fields, key, this.value(depth + 1));
    }
    const inOrder = Object.keys(fields);
    if (inOrder.length !== count || inOrder.some((key, index) => key !== keys[index])) {
      throw new RangeError('a message holds fields in no known order');
    }
    return fields;
  }

  value(depth: number): unknown {
    if (depth > deepest + 1) throw new RangeError('a message that is nested too deeply');
    const tag = this.byte();
    switch (tag) {
      case tagNull:
        return null;
      case tagFalse:
        return false;
      case tagTrue:
        return true;
      case tagUndefined:
        return undefined;
      case tagInteger:
        return this.varint();
      case tagNegative: {
        const magnitude = this.varint();
        if (magnitude === 0) throw new RangeError('a message holds a number in no known form');
        return -magnitude;
      }
      case tagFloat:
        return this.float();
      case tagText:
      case tagUtf16:
        return this.text(tag);
      case tagBytes:
        // Not slice: that of a Node Buffer shares its memory, and stays a Buffer.
        return new Uint8Array(this.take(this.varint()));
      case tagArray: {
        const length = this.varint();
        const items: unknown[] = [];
        for (let index = 0; index < length; index++) items.push(this.value(depth + 1));
        return items;
      }
      case tagObject:
        return this.object(depth);
      default:
        throw new RangeError(`a message holds an unknown tag ${tag}`);
    }
  }
}

/** The inverse of `encodePlain`. Throws a RangeError on bytes that it cannot have made. */
export function decodePlain(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (reader.at !== bytes.length) throw new RangeError('a message is followed by more bytes');
  return value;
}
