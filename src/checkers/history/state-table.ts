import type { Model } from './model.ts';
import type { Part } from './part.ts';

const unknown = -2;
/** Entries of remembered transitions; more states than fit are stepped anew each time. */
const memoLimit = 4_000_000;

/** Stands for all states that do not matter; no identity of a state is like it. */
const nothing = Symbol();

/** The next state is impossible. */
export const impossible = -1;

/**
 * The states that a search has met, numbered from 0 (the initial one), and the transitions between
 * them. Operations are numbered as in the part, classes of `maybe` after them.
 */
export class StateTable {
  readonly #model: Model;
  readonly #part: Part;
  readonly #width: number;
  readonly #values: unknown[] = [];
  readonly #ids = new Map<unknown, number>();
  readonly #rows: (Int32Array | undefined)[] = [];
  readonly #rowLimit: number;
  readonly #matters: ((state: unknown) => boolean) | undefined;

  /** @param matters false for states of which one may stand for all; default: each stands for itself */
  constructor(model: Model, part: Part, initial: unknown, matters?: (state: unknown) => boolean) {
    this.#matters = matters;
    this.#model = model;
    this.#part = part;
    this.#width = part.operations.length + part.maybe.length;
    this.#rowLimit = Math.floor(memoLimit / Math.max(1, this.#width));
    this.#intern(initial);
  }

  /** The state with this number. */
  value(state: number): unknown {
    return this.#values[state];
  }

  /** The number of the state after an operation, or `impossible`. */
  next(state: number, operation: number): number {
    let row = this.#rows[state];
    if (row === undefined) {
      if (state >= this.#rowLimit) return this.#step(state, operation);
      row = new Int32Array(this.#width).fill(unknown);
      this.#rows[state] = row;
    }
    const known = row[operation]!;
    if (known !== unknown) return known;
    const next = this.#step(state, operation);
    row[operation] = next;
    return next;
  }

  #step(state: number, operation: number): number {
    const { operations, maybe } = this.#part;
    const what =
      operation < operations.length
        ? operations[operation]!
        : maybe[operation - operations.length]!.operation;
    const next = this.#model.step(this.#values[state], what);
    return next === undefined ? impossible : this.#intern(next);
  }

  #intern(value: unknown): number {
    let identity = this.#model.identity === undefined ? value : this.#model.identity(value);
    let known = this.#ids.get(identity);
    if (known !== undefined) return known;
    if (this.#matters?.(value) === false) identity = nothing;
    known = this.#ids.get(identity);
    if (known !== undefined) return known;
    const id = this.#values.length;
    this.#ids.set(identity, id);
    this.#values.push(value);
    return id;
  }
}
