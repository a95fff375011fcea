/**
 * Values of histories come from JSON or EDN and may be compound. Models compare them with `===`, so
 * readers make equal ones the same object.
 */
export class ValueTable {
  readonly #known: Map<string, unknown> = new Map();

  /** The one object that stands for all that are equal to this one. */
  intern(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    const canonical = valueText(value);
    const known = this.#known.get(canonical);
    if (known !== undefined) return known;
    const kept = Array.isArray(value) ? value.map((part) => this.intern(part)) : value;
    this.#known.set(canonical, kept);
    return kept;
  }
}

/** A value as JSON, with the fields of objects in order: equal for equal values only. */
export function valueText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(valueText).join(',')}]`;
  const fields = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, part]) => `${JSON.stringify(name)}:${valueText(part)}`);
  return `{${fields.join(',')}}`;
}
