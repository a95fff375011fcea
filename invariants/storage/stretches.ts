/** From which entry on something had a value. */
export interface Stretch<Value> {
  readonly from: number;
  readonly value: Value;
}

/** What each of many things was, from which entry on. Costs what changes. */
export class Stretches<Key, Value> {
  readonly #all: Map<Key, Stretch<Value>[]> = new Map();
  readonly #isSame: (a: Value, b: Value) => boolean;

  constructor(isSame: (a: Value, b: Value) => boolean) {
    this.#isSame = isSame;
  }

  /** A thing has a value after the entry of an index; indexes do not fall. */
  note(key: Key, value: Value, from: number): void {
    const past = this.#all.get(key);
    if (past === undefined) this.#all.set(key, [{ from, value }]);
    else if (!this.#isSame(past[past.length - 1]!.value, value)) past.push({ from, value });
  }

  /** What it was after the entry of an index; undefined: nothing is known of it so early. */
  at(key: Key, index: number): Stretch<Value> | undefined {
    return this.#all.get(key)?.findLast(({ from }) => from <= index);
  }

  /** All things that ever had a value. */
  keys(): Iterable<Key> {
    return this.#all.keys();
  }

  /** All that it was, the oldest first. */
  of(key: Key): readonly Stretch<Value>[] {
    return this.#all.get(key) ?? [];
  }
}
