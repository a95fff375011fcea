import { ConfigurationSet, mix } from './configuration-set.ts';
import type { Part } from './part.ts';
import type { Pruner } from './pruner.ts';
import { impossible, type StateTable } from './state-table.ts';

const frameLength = 4;
const none = -1;

/**
 * Looks for a linearization in which the operations that happened stand in the order at which the
 * service hints; only where those that may have happened go is searched for. What it finds is a
 * linearization whoever gave the hints, for real time and the model are checked on the way. When it
 * finds none that says nothing: the hints may be wrong, and not all places are tried.
 */
export class HintedOrder {
  /** Steps done: transitions looked up, and moves in the tree. */
  steps = 0;
  readonly #part: Part;
  readonly #states: StateTable;
  readonly #pruner: Pruner;
  readonly #count: number;
  /** Operations by rank. */
  readonly #order: Int32Array;
  /** Per place: the earliest completion from there on. */
  readonly #latest: Float64Array;
  /** Per place: the next operation that demands a state, or `none`. */
  readonly #demanding: Int32Array;
  /** Per place: 1 when an operation before the next demand sets a state whatever was there. */
  readonly #shielded: Uint8Array;
  readonly #used: Int32Array;
  readonly #place = new Int32Array(1);
  readonly #visited: ConfigurationSet;
  /** Frames: place, state, next choice (0: the operation in this place, then classes), class used. */
  #stack = new Int32Array(64 * frameLength);
  #depth = 0;

  constructor(part: Part, states: StateTable, pruner: Pruner) {
    this.#part = part;
    this.#states = states;
    this.#pruner = pruner;
    this.#count = part.operations.length;
    this.#order = new Int32Array(this.#count);
    this.#latest = new Float64Array(this.#count + 1).fill(Number.POSITIVE_INFINITY);
    this.#demanding = new Int32Array(this.#count + 1).fill(none);
    this.#shielded = new Uint8Array(this.#count + 1).fill(1);
    this.#used = new Int32Array(part.maybe.length);
    this.#visited = new ConfigurationSet(this.#used.length);
  }

  /** Whether there is such a linearization that takes at most about `budget` steps to find. */
  find(budget: number): boolean {
    if (!this.#prepare()) return false;
    this.#push(0, 0, none);
    while (this.#depth > 0) {
      const at = (this.#depth - 1) * frameLength;
      if (this.#stack[at] === this.#count) return true;
      if (this.steps++ >= budget) return false;
      if (this.#stack[at + 2] === 0 ? this.#goOn(at) : this.#insert(at)) continue;
      if (this.#stack[at + 2]! <= this.#used.length) continue;
      this.#depth--;
      const used = this.#stack[at + 3]!;
      if (used !== none) this.#used[used] = this.#used[used]! - 1;
    }
    return false;
  }

  /** Puts all in order; false when that is not the order of real time. */
  #prepare(): boolean {
    const { operations, rank } = this.#part;
    for (let i = 0; i < this.#count; i++) this.#order[rank[i]!] = i;
    this.steps += this.#count;
    for (let place = this.#count - 1; place >= 0; place--) {
      const i = this.#order[place]!;
      const { invokedAt, completedAt } = operations[i]!;
      if (this.#latest[place + 1]! <= invokedAt) return false;
      this.#latest[place] = Math.min(completedAt, this.#latest[place + 1]!);
      const demands = this.#pruner.demands[i] === 1;
      this.#demanding[place] = demands ? i : this.#demanding[place + 1]!;
      this.#shielded[place] = demands
        ? 0
        : Math.max(this.#pruner.supplies[i]!, this.#shielded[place + 1]!);
    }
    return true;
  }

  /** Takes the operation in this place. */
  #goOn(at: number): boolean {
    const place = this.#stack[at]!;
    const state = this.#stack[at + 1]!;
    const next = this.#states.next(state, this.#order[place]!);
    // Before a state that is set anyway nothing need be put in, unless an answer asks for it.
    const settled = next !== impossible && this.#shielded[place] === 1;
    this.#stack[at + 2] = settled ? this.#used.length + 1 : 1;
    if (next === impossible || !this.#viable(place + 1, next)) return false;
    if (!this.#isNew(place + 1, next)) return false;
    this.#push(place + 1, next, none);
    return true;
  }

  /** Puts in an operation that may have happened. */
  #insert(at: number): boolean {
    const place = this.#stack[at]!;
    const state = this.#stack[at + 1]!;
    const { maybe } = this.#part;
    for (let c = this.#stack[at + 2]! - 1; c < maybe.length; c++) {
      const { invokedAt } = maybe[c]!;
      const used = this.#used[c]!;
      if (used >= invokedAt.length || invokedAt[used]! >= this.#latest[place]!) continue;
      this.steps++;
      const next = this.#states.next(state, this.#count + c);
      if (next === impossible || next === state || !this.#leads(place, next)) continue;
      this.#used[c] = used + 1;
      if (this.#isNew(place, next)) {
        this.#stack[at + 2] = c + 2;
        this.#push(place, next, c);
        return true;
      }
      this.#used[c] = used;
    }
    this.#stack[at + 2] = maybe.length + 1;
    return false;
  }

  /** Whether a state leads to what is demanded next, if nothing is put in that overwrites it. */
  #leads(place: number, state: number): boolean {
    return this.#shielded[place] === 1 || this.#pruner.reaches(state, this.#demanding[place]!);
  }

  /** Whether the next demand may still be met. */
  #viable(place: number, state: number): boolean {
    if (this.#shielded[place] === 1) return true;
    const demanding = this.#demanding[place]!;
    if (this.#pruner.reaches(state, demanding)) return true;
    return this.#pruner.maybeSupplied(demanding, this.#used);
  }

  #isNew(place: number, state: number): boolean {
    this.#place[0] = place;
    return this.#visited.add(mix(state) ^ mix(place), state, this.#place, this.#used);
  }

  #push(place: number, state: number, used: number): void {
    const at = this.#depth++ * frameLength;
    if (at === this.#stack.length) {
      const grown = new Int32Array(2 * this.#stack.length);
      grown.set(this.#stack);
      this.#stack = grown;
    }
    this.#stack[at] = place;
    this.#stack[at + 1] = state;
    this.#stack[at + 2] = 0;
    this.#stack[at + 3] = used;
  }
}
