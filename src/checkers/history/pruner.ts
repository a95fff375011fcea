import type { Pruning } from './model.ts';
import type { Part } from './part.ts';
import type { StateTable } from './state-table.ts';

/** Operations that may supply what another one demands. */
interface Suppliers {
  readonly certain: readonly number[];
  readonly maybe: readonly number[];
}

/** Certain operations that could tell whether another took effect; undefined: something else could. */
type Witnesses = Int32Array | undefined;

/** How many operations that demand a state are looked at ahead. */
export const lookAhead = 48;

function isTaken(taken: Int32Array, operation: number): boolean {
  return (taken[operation >> 5]! & (1 << (operation & 31))) !== 0;
}

/**
 * Says when a configuration cannot lead to a linearization, or only to one that another
 * configuration leads to as well, by the laws that the model declares. Without laws it never does.
 */
export class Pruner {
  /** 1 for operations that demand a state. */
  readonly demands: Uint8Array;
  /** 1 for operations that set a state whatever was there. */
  readonly supplies: Uint8Array;
  /** Steps' worth of work since the searches last took it into account. */
  work = 0;
  readonly #law: Pruning<unknown> | undefined;
  readonly #part: Part;
  readonly #states: StateTable;
  readonly #demanded: unknown[];
  readonly #suppliers: (Suppliers | undefined)[] = [];
  /** Per state: for each operation whether its demand is reached: 0 not known, 1 yes, 2 no. */
  readonly #reached: (Uint8Array | undefined)[] = [];
  readonly #witnesses = new Map<number, Witnesses>();

  /** @param law the laws of the model for this part */
  constructor(law: Pruning<unknown> | undefined, part: Part, states: StateTable) {
    this.#law = law;
    this.#part = part;
    this.#states = states;
    this.#demanded = part.operations.map((operation) => law?.demand(operation));
    this.demands = Uint8Array.from(this.#demanded, (state) => (state === undefined ? 0 : 1));
    this.supplies = Uint8Array.from(part.operations, (operation) =>
      law?.supply(operation) === undefined ? 0 : 1,
    );
  }

  /**
   * Whether it can matter that an operation of a class of `maybe` leads from one state to another:
   * some operation that is not taken must be able to tell.
   */
  useful(before: number, maybeClass: number, after: number, taken: Int32Array): boolean {
    if (this.#law === undefined) return true;
    const key = before * this.#part.maybe.length + maybeClass;
    let witnesses = this.#witnesses.get(key);
    if (witnesses === undefined && !this.#witnesses.has(key)) {
      witnesses = this.#findWitnesses(this.#law, before, after);
      this.#witnesses.set(key, witnesses);
    }
    if (witnesses === undefined) return true;
    for (let i = 0; i < witnesses.length; i++) {
      if ((witnesses[i]! & ~taken[i]!) !== 0) return true;
    }
    return false;
  }

  #findWitnesses(law: Pruning<unknown>, before: number, after: number): Witnesses {
    const from = this.#states.value(before);
    const to = this.#states.value(after);
    const { maybe, operations } = this.#part;
    this.work += 1 + (operations.length >> 3);
    if (maybe.some(({ operation }) => law.tells(from, to, operation))) return undefined;
    const found = new Int32Array((operations.length + 31) >> 5);
    for (let i = 0; i < operations.length; i++) {
      if (law.tells(from, to, operations[i]!)) found[i >> 5] = found[i >> 5]! | (1 << (i & 31));
    }
    return found;
  }

  /**
   * Whether a certain operation that is not taken may still get the state that it demands.
   * @param used how many of each class of `maybe` were used
   */
  viable(state: number, operation: number, taken: Int32Array, used: Int32Array): boolean {
    if (this.#law === undefined) return true;
    if (this.reaches(state, operation)) return true;
    const suppliers = this.#suppliersOf(this.#law, operation);
    for (const supplier of suppliers.certain) if (!isTaken(taken, supplier)) return true;
    return this.maybeSupplied(operation, used);
  }

  /** Whether what may have happened can supply a state that leads to the one demanded. */
  maybeSupplied(operation: number, used: Int32Array): boolean {
    if (this.#law === undefined) return true;
    const until = this.#part.operations[operation]!.completedAt;
    for (const c of this.#suppliersOf(this.#law, operation).maybe) {
      const { invokedAt } = this.#part.maybe[c]!;
      const next = used[c]!;
      if (next < invokedAt.length && invokedAt[next]! < until) return true;
    }
    return false;
  }

  /** Whether a state is the one that an operation demands, or may lead to it unless overwritten. */
  reaches(state: number, operation: number): boolean {
    const law = this.#law;
    if (law === undefined) return true;
    let row = this.#reached[state];
    if (row === undefined) {
      row = new Uint8Array(this.#demanded.length);
      this.#reached[state] = row;
    }
    if (row[operation] === 0) {
      const reached = law.reaches(this.#states.value(state), this.#demanded[operation]);
      row[operation] = reached ? 1 : 2;
    }
    return row[operation] === 1;
  }

  #suppliersOf(law: Pruning<unknown>, operation: number): Suppliers {
    const known = this.#suppliers[operation];
    if (known !== undefined) return known;
    const { operations, maybe } = this.#part;
    const demanded = this.#demanded[operation];
    const until = operations[operation]!.completedAt;
    const supplies = (state: unknown): boolean =>
      state !== undefined && law.reaches(state, demanded);
    const certain: number[] = [];
    for (let i = 0; i < operations.length && operations[i]!.invokedAt < until; i++) {
      if (i !== operation && supplies(law.supply(operations[i]!))) certain.push(i);
    }
    const found = {
      certain,
      maybe: maybe.flatMap((one, c) => (supplies(law.supply(one.operation)) ? [c] : [])),
    };
    this.#suppliers[operation] = found;
    return found;
  }
}
