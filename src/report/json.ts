/**
 * A record as one line of JSON. What JSON has no word for is written as the nearest thing that it
 * has: big integers as strings, maps as objects, sets as arrays, bytes as hexadecimal digits.
 * Undefined for what is no data at all (undefined, a function).
 */
export function jsonLine(record: unknown): string | undefined {
  return JSON.stringify(record, plain);
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  if (value instanceof Uint8Array) {
    return Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
  return value;
}
