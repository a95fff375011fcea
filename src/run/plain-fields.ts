import type { Fields } from '../record/trace-event.ts';

/** Characters of a text, and elements of a list, that are kept. */
const mostCharacters = 160;
const mostElements = 12;

/**
 * The fields of a message or a view as plain data that can be kept and shown: copies, so that
 * pooled objects may change afterwards, and short, so that a trace of many events stays small.
 * Functions and undefined fields are left out.
 */
export function plainFields(of: object): Fields {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(of)) {
    if (value === undefined || typeof value === 'function') continue;
    fields[name] = plain(value, 2);
  }
  return fields;
}

/** One value as plain data; `depth` levels of objects are kept, what is below is only counted. */
export function plain(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return value.length <= mostCharacters ? value : `${value.slice(0, mostCharacters)}...`;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'object':
      return value === null ? null : plainObject(value, depth);
    default:
      return String(value);
  }
}

function plainObject(value: object, depth: number): unknown {
  if (ArrayBuffer.isView(value)) return counted(value.byteLength, 'byte');
  if (value instanceof Map || value instanceof Set) return counted(value.size, 'element');
  if (Array.isArray(value)) return plainList(value, depth);
  if (depth === 0) return counted(Object.keys(value).length, 'field');
  const fields: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    if (inner !== undefined && typeof inner !== 'function') fields[name] = plain(inner, depth - 1);
  }
  return fields;
}

function plainList(list: readonly unknown[], depth: number): unknown {
  const isFlat = list.every((element) => typeof element !== 'object' || element === null);
  if (!isFlat && depth === 0) return counted(list.length, 'element');
  const kept = list.slice(0, mostElements).map((element) => plain(element, depth - 1));
  return list.length > kept.length ? [...kept, `${list.length - kept.length} more`] : kept;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
