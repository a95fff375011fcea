const slabBytes = 32_768;
/** Engines keep arrays up to this size on their own heap, which is cheapest. */
const smallBytes = 64;
const mostBytes = 4_096;
let slab: Uint8Array = new Uint8Array(0);
let slabUsed = 0;

/**
 * A copy of the bytes from `from` to `to`. It is cut from a slab, as an array of some hundred bytes
 * costs ten times as much when the engine makes it by itself; no byte of a slab is given away twice.
 */
export function ownBytes(source: Uint8Array, from: number, to: number): Uint8Array {
  const count = to - from;
  if (count <= smallBytes || count > mostBytes) return source.slice(from, to);
  if (slabUsed + count > slab.length) {
    slab = new Uint8Array(slabBytes);
    slabUsed = 0;
  }
  const bytes = slab.subarray(slabUsed, slabUsed + count);
  slabUsed += count;
  bytes.set(source.subarray(from, to));
  return bytes;
}

/** What no reader would take is not written: it would end whoever reads it, long after its writer. */
function checkInteger(value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`not an integer from 0 to 2^53 - 1: ${value}`);
  }
}

/**
 * Writes integers, texts and bytes one after another into a buffer that grows. Little endian.
 * Reused: `finish` copies out and starts again. Throws a RangeError on what is no such value.
 */
export class ByteWriter {
  private bytes: Uint8Array = new Uint8Array(256);
  length: number = 0;

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(needed > this.bytes.length * 2 ? needed : this.bytes.length * 2);
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  u8(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  u32(value: number): void {
    this.reserve(4);
    putU32(this.bytes, this.length, value);
    this.length += 4;
  }

  /** An integer from 0 to 2^53 - 1, in 8 bytes. */
  integer(value: number): void {
    checkInteger(value);
    this.reserve(8);
    putInteger(this.bytes, this.length, value);
    this.length += 8;
  }

  /** An integer from 0 to 2^53 - 1, in 1 to 8 bytes: seven bits a byte, the lowest first. */
  varint(value: number): void {
    checkInteger(value);
    this.reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.length++] = (rest & 0x7f) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.length++] = rest;
  }

  raw(value: Uint8Array): void {
    this.reserve(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
  }

  /** Bytes with their count before them. */
  blob(value: Uint8Array): void {
    if (!(value instanceof Uint8Array)) throw new RangeError('not bytes');
    this.u32(value.length);
    this.raw(value);
  }

  /**
   * A string with its length in bytes before it. Each UTF-16 unit is written by itself in the manner
   * of UTF-8, so that every string of the language comes back equal, lone surrogates included.
   */
  text(value: string): void {
    if (typeof value !== 'string') throw new RangeError('not a text');
    const units = value.length;
    this.reserve(4 + units * 3);
    const bytes = this.bytes;
    const start = this.length + 4;
    let at = start;
    for (let i = 0; i < units; i++) {
      const unit = value.charCodeAt(i);
      if (unit < 0x80) {
        bytes[at++] = unit;
      } else if (unit < 0x800) {
        bytes[at++] = 0xc0 | (unit >> 6);
        bytes[at++] = 0x80 | (unit & 0x3f);
      } else {
        bytes[at++] = 0xe0 | (unit >> 12);
        bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
        bytes[at++] = 0x80 | (unit & 0x3f);
      }
    }
    putU32(bytes, this.length, at - start);
    this.length = at;
  }

  /** What was written so far, in place: good until the next write. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /** A copy of what was written; the writer is empty again. */
  finish(): Uint8Array {
    const result = ownBytes(this.bytes, 0, this.length);
    this.length = 0;
    return result;
  }
}

/** Reads what `ByteWriter` wrote. Throws a RangeError on bytes that it cannot have written. */
export class ByteReader {
  private readonly bytes: Uint8Array;
  private readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, from: number = 0, to: number = bytes.length) {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
  }

  private take(count: number): number {
    const from = this.at;
    if (count > this.end - from) throw new RangeError('bytes end too early');
    this.at = from + count;
    return from;
  }

  u8(): number {
    return this.bytes[this.take(1)]!;
  }

  u32(): number {
    return getU32(this.bytes, this.take(4));
  }

  integer(): number {
    const value = getInteger(this.bytes, this.take(8));
    if (value > Number.MAX_SAFE_INTEGER) throw new RangeError('integer out of range');
    return value;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw new RangeError('integer out of range');
      if (byte < 0x80) {
        if (byte === 0 && scale > 1) throw new RangeError('integer longer than needed');
        return value;
      }
    }
  }

  flag(): boolean {
    const value = this.u8();
    if (value > 1) throw new RangeError('flag out of range');
    return value === 1;
  }

  blob(): Uint8Array {
    const count = this.u32();
    const from = this.take(count);
    return ownBytes(this.bytes, from, from + count);
  }

  text(): string {
    const count = this.u32();
    let at = this.take(count);
    const end = at + count;
    const bytes = this.bytes;
    let result = '';
    // Eight letters a time while all are plain: each joining of texts costs as much as they do.
    for (; at + 8 <= end; at += 8) {
      const [a, b, c, d] = [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!];
      const [e, f, g, h] = [bytes[at + 4]!, bytes[at + 5]!, bytes[at + 6]!, bytes[at + 7]!];
      if ((a | b | c | d | e | f | g | h) >= 0x80) break;
      result += String.fromCharCode(a, b, c, d, e, f, g, h);
    }
    while (at < end) {
      const first = bytes[at++]!;
      if (first < 0x80) {
        result += String.fromCharCode(first);
      } else if (first >> 5 === 6 && at < end) {
        result += String.fromCharCode(((first & 0x1f) << 6) | (bytes[at++]! & 0x3f));
      } else if (first >> 4 === 14 && at + 1 < end) {
        const unit = ((first & 0x0f) << 12) | ((bytes[at]! & 0x3f) << 6) | (bytes[at + 1]! & 0x3f);
        at += 2;
        result += String.fromCharCode(unit);
      } else {
        throw new RangeError('not a text');
      }
    }
    return result;
  }

  /** Says that nothing may follow. */
  close(): void {
    if (this.at !== this.end) throw new RangeError('bytes go on too long');
  }
}

export function putU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

export function getU32(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
  );
}

/** Writes an integer from 0 to 2^53 - 1 into 8 bytes. */
export function putInteger(bytes: Uint8Array, at: number, value: number): void {
  putU32(bytes, at, value >>> 0);
  putU32(bytes, at + 4, Math.floor(value / 4_294_967_296));
}

export function getInteger(bytes: Uint8Array, at: number): number {
  return getU32(bytes, at) + getU32(bytes, at + 4) * 4_294_967_296;
}
