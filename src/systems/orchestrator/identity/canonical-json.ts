/** Data that has one form as a text: no fractions, no numbers beyond 2^53, no undefined. */
export type Canonical =
  | string
  | number
  | boolean
  | null
  | readonly Canonical[]
  | { readonly [name: string]: Canonical };

/**
 * JSON with the names of a map in the order of their UTF-16 units and no spaces: equal data have
 * equal texts, on every engine. Throws a RangeError on numbers that are no safe integers.
 */
export function canonicalJson(value: Canonical): string {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} has no canonical form`);
    return String(value === 0 ? 0 : value);
  }
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name]!)}`).join(',')}}`;
}

function isList(value: Canonical): value is readonly Canonical[] {
  return Array.isArray(value);
}

/** The bytes of a text of JSON, which has nothing but Latin letters once the rest is escaped. */
export function canonicalBytes(value: Canonical): Uint8Array {
  const text = canonicalJson(value);
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) bytes.push(unit);
    else
      for (const letter of `\\u${unit.toString(16).padStart(4, '0')}`)
        bytes.push(letter.charCodeAt(0));
  }
  return new Uint8Array(bytes);
}
