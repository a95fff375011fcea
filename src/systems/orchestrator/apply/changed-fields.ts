/**
 * The fields in which two values of plain data differ, for example `template.image`; empty: none.
 * Lists and values of different kinds are compared as a whole.
 */
export function changedFields(before: unknown, after: unknown, field: string = ''): string[] {
  if (before === after) return [];
  if (!isMap(before) || !isMap(after) || before.kind !== after.kind) {
    return equal(before, after) ? [] : [field];
  }
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) =>
    changedFields(before[name], after[name], field === '' ? name : `${field}.${name}`),
  );
}

type PlainMap = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is PlainMap {
  return typeof value === 'object' && value !== null && !isList(value);
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || value instanceof Uint8Array;
}

function equal(a: unknown, b: unknown): boolean {
  if (isList(a) && isList(b)) {
    return a.length === b.length && Array.from(a).every((item, at) => equal(item, b[at]));
  }
  if (!isMap(a) || !isMap(b)) return a === b;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => equal(a[name], b[name]));
}
