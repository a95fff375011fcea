import type { Codec, Folder, Message } from './message.ts';
import { decodePlain } from './plain-decode.ts';
import { encodePlain } from './plain-encode.ts';
import {
  checkFinite,
  deepest,
  plainObject,
  setField,
  tagArray,
  tagBytes,
  tagFalse,
  tagFloat,
  tagInteger,
  tagNull,
  tagObject,
  tagText,
  tagTrue,
  tagUndefined,
} from './plain-values.ts';

const floatValue = new Float64Array(1);
const floatWords = new Int32Array(floatValue.buffer);

/** A deep copy of a plain value. Throws a TypeError on anything else. */
export function copyPlain<T>(value: T): T {
  return copyAt(value, 0) as T;
}

function copyAt(value: unknown, depth: number): unknown {
  if (typeof value === 'number') checkFinite(value);
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') {
      plainObject(value);
    }
    return value;
  }
  if (depth > deepest) throw new TypeError('a message that is nested too deeply, or cyclic');
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (let index = 0; index < value.length; index++) items.push(copyAt(value[index], depth + 1));
    return items;
  }
  const fields = plainObject(value);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) setField(copy, key, copyAt(fields[key], depth + 1));
  return copy;
}

/** Folds a plain value into a digest: types, names, order and contents. */
export function foldPlain(value: unknown, into: Folder): void {
  foldAt(value, into, 0);
}

function foldAt(value: unknown, into: Folder, depth: number): void {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      into.int(tagInteger);
      into.int(value);
      return;
    }
    checkFinite(value);
    floatValue[0] = value;
    into.int(tagFloat);
    into.int(floatWords[0] as number);
    into.int(floatWords[1] as number);
    return;
  }
  if (typeof value === 'string') {
    into.int(tagText);
    into.text(value);
    return;
  }
  if (typeof value === 'boolean') {
    into.int(value ? tagTrue : tagFalse);
    return;
  }
  if (value === null) {
    into.int(tagNull);
    return;
  }
  if (value === undefined) {
    into.int(tagUndefined);
    return;
  }
  if (depth > deepest) throw new TypeError('a message that is nested too deeply, or cyclic');
  if (value instanceof Uint8Array) {
    into.int(tagBytes);
    into.bytes(value);
  } else if (Array.isArray(value)) {
    into.int(tagArray);
    into.int(value.length);
    for (let index = 0; index < value.length; index++) foldAt(value[index], into, depth + 1);
  } else {
    const fields = plainObject(value);
    const keys = Object.keys(fields);
    into.int(tagObject);
    into.int(keys.length);
    for (const key of keys) {
      into.text(key);
      foldAt(fields[key], into, depth + 1);
    }
  }
}

function sizeAt(value: unknown, depth: number): number {
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) && value > -64 && value < 128 ? 2 : 9;
  }
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 1;
  if (depth > deepest) throw new TypeError('a message that is nested too deeply, or cyclic');
  if (value instanceof Uint8Array) return value.length + 3;
  let size = 2;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) size += sizeAt(value[index], depth + 1);
    return size;
  }
  const fields = value as Record<string, unknown>;
  for (const key of Object.keys(fields)) size += key.length + 2 + sizeAt(fields[key], depth + 1);
  return size;
}

const identityName =
  /^(?:id|term|index|sequence|request|round|epoch|version)$|(?:Id|Term|Index|Sequence|Request|Round|Epoch)$/;

/** Names that were tested before: a regular expression for each field of each message is slow. */
const namesIdentity = new Map<string, boolean>();

function isIdentityField(name: string): boolean {
  let known = namesIdentity.get(name);
  if (known === undefined) {
    known = identityName.test(name);
    if (namesIdentity.size < 10_000) namesIdentity.set(name, known);
  }
  return known;
}

function mixText(hash: number, text: string): number {
  let mixed = hash ^ text.length;
  for (let index = 0; index < text.length; index++) {
    mixed = Math.imul(mixed ^ text.charCodeAt(index), 0x01000193);
  }
  return mixed;
}

function identityOf(message: Message, fields: readonly string[] | undefined): number {
  const record = message as unknown as Readonly<Record<string, unknown>>;
  let hash = mixText(0x811c9dc5, String(message.kind));
  for (const name of fields ?? Object.keys(record)) {
    if (fields === undefined && !isIdentityField(name)) continue;
    const value = record[name];
    if (typeof value === 'string') hash = mixText(mixText(hash, name), value);
    else if (typeof value === 'number') {
      hash = mixText(hash, name) ^ (value | 0);
      hash = Math.imul(hash ^ Math.floor(value / 0x1_0000_0000), 0x85ebca6b);
      hash = Math.imul(hash ^ (hash >>> 15), 0x01000193);
    }
  }
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Settings of `plainCodecWith`. */
export interface PlainCodecOptions {
  /** Top-level fields, with text or a number, that tell messages of one kind apart. */
  readonly identityFields: readonly string[];
  /** Raise it when the fields change. Default 1. */
  readonly identityVersion?: number;
}

/**
 * A codec for messages of plain data whose identity is the kind and the fields that are named.
 *
 * @example plainCodecWith<Ping | Pong>({ identityFields: ['nonce'] })
 */
export function plainCodecWith<M extends Message = Message>(options: PlainCodecOptions): Codec<M> {
  return makeCodec<M>(options.identityVersion ?? 1, options.identityFields);
}

function makeCodec<M extends Message>(
  identityVersion: number,
  identityFields: readonly string[] | undefined,
): Codec<M> {
  return {
    identityVersion,
    encode: encodePlain,
    decode: decodeMessage as (bytes: Uint8Array) => M,
    copy: copyPlain,
    fold: foldPlain,
    identity: (message) => identityOf(message, identityFields),
    sizeBytes: (message) => sizeAt(message, 0),
  };
}

function decodeMessage(bytes: Uint8Array): Message {
  const value = decodePlain(bytes) as Partial<Message> | null | undefined;
  if (typeof value !== 'object' || value === null || typeof value.kind !== 'string') {
    throw new RangeError('not a message: there is no kind');
  }
  return value as Message;
}

/**
 * The codec of components that declare none: any plain data. A message is recognised by its kind
 * and by top-level fields with a telling name: `id`, `term`, `index`, `sequence`, `request`,
 * `round`, `epoch`, `version`, and names that end so (`requestId`, `lastIndex`). Without such a
 * field messages of one kind on one link are told apart by their order.
 */
export const plainCodec: Codec<Message> = makeCodec<Message>(1, undefined);
