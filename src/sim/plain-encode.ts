import {
  checkFinite,
  deepest,
  plainObject,
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

const utf8Encoder = new TextEncoder();
const floatValue = new Float64Array(1);
const floatBytes = new Uint8Array(floatValue.buffer);

let scratch = new Uint8Array(1024);
let position = 0;

function room(bytes: number): void {
  if (position + bytes <= scratch.length) return;
  const larger = new Uint8Array(Math.max(scratch.length * 2, position + bytes));
  larger.set(scratch);
  scratch = larger;
}

function putByte(value: number): void {
  room(1);
  scratch[position++] = value;
}

function putVarint(value: number): void {
  room(8);
  let rest = value;
  while (rest >= 128) {
    scratch[position++] = (rest % 128) + 128;
    rest = Math.floor(rest / 128);
  }
  scratch[position++] = rest;
}

function putText(value: string): void {
  if (value.isWellFormed()) {
    putByte(tagText);
    const bytes = utf8Encoder.encode(value);
    putVarint(bytes.length);
    room(bytes.length);
    scratch.set(bytes, position);
    position += bytes.length;
    return;
  }
  putByte(tagUtf16);
  putVarint(value.length);
  room(value.length * 2);
  for (let index = 0; index < value.length; index++) {
    const unit = value.charCodeAt(index);
    scratch[position++] = unit & 255;
    scratch[position++] = unit >> 8;
  }
}

function putNumber(value: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    putByte(value < 0 ? tagNegative : tagInteger);
    putVarint(value < 0 ? -value : value);
    return;
  }
  checkFinite(value);
  putByte(tagFloat);
  room(8);
  floatValue[0] = value;
  scratch.set(floatBytes, position);
  position += 8;
}

function put(value: unknown, depth: number): void {
  if (typeof value === 'number') {
    putNumber(value);
    return;
  }
  if (typeof value === 'string') {
    putText(value);
    return;
  }
  if (typeof value === 'boolean') {
    putByte(value ? tagTrue : tagFalse);
    return;
  }
  if (value === null) {
    putByte(tagNull);
    return;
  }
  if (value === undefined) {
    putByte(tagUndefined);
    return;
  }
  if (depth > deepest) throw new TypeError('a message that is nested too deeply, or cyclic');
  if (value instanceof Uint8Array) {
    putByte(tagBytes);
    putVarint(value.length);
    room(value.length);
    scratch.set(value, position);
    position += value.length;
  } else if (Array.isArray(value)) {
    putByte(tagArray);
    putVarint(value.length);
    for (let index = 0; index < value.length; index++) put(value[index], depth + 1);
  } else {
    const fields = plainObject(value);
    const keys = Object.keys(fields);
    putByte(tagObject);
    putVarint(keys.length);
    for (const key of keys) {
      putText(key);
      put(fields[key], depth + 1);
    }
  }
}

/**
 * The bytes of any plain value: numbers, texts, booleans, null, undefined, `Uint8Array`, arrays and
 * plain objects of these.
 * Throws a TypeError on anything else (functions, class instances, NaN, cycles).
 */
export function encodePlain(value: unknown): Uint8Array {
  position = 0;
  put(value, 0);
  return scratch.slice(0, position);
}
