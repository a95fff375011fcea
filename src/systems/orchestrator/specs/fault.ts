/** What is wrong with a specification. */
export interface SpecFault {
  /** The field as a manifest names it, for example `spec.ports[1].containerPort`. */
  readonly field: string;
  /** What is wrong, in one sentence without a full stop. */
  readonly what: string;
  /** What would be right. */
  readonly right: string;
}

/** Gathers what is wrong; a whole specification is looked at, not only up to its first fault. */
export class FaultList {
  readonly faults: SpecFault[] = [];

  add(field: string, what: string, right: string): void {
    this.faults.push({ field, what, right });
  }

  /** Asks for an integer from `low` to `high`, both included. */
  range(field: string, value: number, low: number, high: number): void {
    if (Number.isInteger(value) && value >= low && value <= high) return;
    this.add(field, `${value} is out of range`, `an integer from ${low} to ${high}`);
  }

  /** Asks for a text of at most `most` UTF-16 units, and of at least one unless `empty` is lawful. */
  length(field: string, value: string, most: number, empty: boolean = false): void {
    if (value.length <= most && (empty || value.length > 0)) return;
    const what = value.length === 0 ? 'it is empty' : `it has ${value.length} letters`;
    this.add(field, what, `${empty ? 0 : 1} to ${most} letters`);
  }

  /** Asks for distinct values; `fieldOf` names the field of the one at a position. */
  distinct(values: readonly string[], fieldOf: (at: number) => string): void {
    const seen = new Map<string, number>();
    for (const [at, value] of values.entries()) {
      const first = seen.get(value);
      if (first === undefined) seen.set(value, at);
      else this.add(fieldOf(at), `${value} is there already, at ${fieldOf(first)}`, 'once each');
    }
  }
}
