/*
 * One byte of tag, then the value. Whole numbers are zigzag varints; other numbers eight bytes;
 * texts UTF-8 unless they hold half a surrogate pair. There is one encoding of each value, so that
 * equal bytes mean equal values and `decode` can refuse everything else.
 */
/** Tags of plain values, as the first byte of an encoded value and in digests. */
export const tagNull: number = 0;
export const tagFalse: number = 1;
export const tagTrue: number = 2;
export const tagUndefined: number = 3;
export const tagInteger: number = 4;
export const tagNegative: number = 5;
export const tagFloat: number = 6;
export const tagText: number = 7;
export const tagUtf16: number = 8;
export const tagBytes: number = 9;
export const tagArray: number = 10;
export const tagObject: number = 11;

/** Deeper values are taken for cyclic ones. */
export const deepest: number = 100;

/** Throws a TypeError on NaN and infinities. */
export function checkFinite(value: number): void {
  if (!Number.isFinite(value)) throw new TypeError(`a message holds ${value}: numbers are finite`);
}

/** The value as a record. Throws a TypeError on what is not a plain object. */
export function plainObject(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null) {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === null || Object.getPrototypeOf(prototype) === null) {
      return value as Record<string, unknown>;
    }
  }
  const what = typeof value === 'object' ? 'an object with a class' : `a ${typeof value}`;
  throw new TypeError(`a message holds ${what}: only plain data can be sent`);
}

/** Sets a field even when it is called `__proto__`. */
export function setField(fields: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(fields, key, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  } else fields[key] = value;
}
