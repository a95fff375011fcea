import type { HistoryOperation } from '../operation.ts';
import { type Placed, placeObservers } from './observers.ts';

/** What an operation on a register asks of the value before it, and what it leaves. */
export interface RegisterLaw {
  /** The value that must be there. */
  demand(operation: HistoryOperation): unknown;
  /** The value that is there afterwards; undefined: the one before. */
  supply(operation: HistoryOperation): unknown;
  /** Whether an operation that observes can have found a value there. */
  allows(operation: HistoryOperation, value: unknown): boolean;
  /**
   * `exact`: demand and supply say all. `observer`: it changes nothing and says something else.
   * `other`: anything else.
   */
  kind(operation: HistoryOperation): 'exact' | 'observer' | 'other';
}

/** A value that somebody saw, and those that saw it. */
interface Block {
  /** What left the value; undefined: it was there at the beginning. */
  readonly supplier: HistoryOperation | undefined;
  readonly readers: HistoryOperation[];
  /** What swapped it for another value. */
  readonly swaps: HistoryOperation[];
}

type Zone = readonly [firstCompletion: number, lastInvocation: number];

/**
 * Judges a register in which every value that somebody sees was left by one operation only, in
 * n log n (Gibbons and Korach 1997, "Testing shared memories", extended to swaps and to operations
 * that may not have happened).
 *
 * A value and all that see it stand together in any order, and so do values that are linked by
 * swaps. Of such a chain only two moments matter: the first completion and the last invocation. When
 * the completion is first, the chain fills the time between; two such times must not overlap, nor may
 * one of them contain a chain that could have been all at once.
 *
 * What observes in other ways is then put into an order that this gives.
 *
 * @returns undefined when the conditions do not hold, or when that order has no place for an observer
 */
export function decideByZones(
  operations: readonly HistoryOperation[],
  initial: unknown,
  law: RegisterLaw,
): boolean | undefined {
  const observers: HistoryOperation[] = [];
  const seen: HistoryOperation[] = [];
  const suppliers = new Map<unknown, HistoryOperation[]>();
  const happened = new Set<HistoryOperation>();
  for (const operation of operations) {
    const kind = law.kind(operation);
    if (kind === 'other') return undefined;
    if (kind === 'observer') {
      observers.push(operation);
      continue;
    }
    const supplied = law.supply(operation);
    if (supplied !== undefined) {
      const others = suppliers.get(supplied);
      if (others === undefined) suppliers.set(supplied, [operation]);
      else others.push(operation);
    }
    if (operation.outcome !== 'ok') continue;
    happened.add(operation);
    if (law.demand(operation) !== undefined) seen.push(operation);
  }
  const blocks = blocksOf(seen, suppliers, happened, initial, law);
  if (typeof blocks !== 'object') return blocks;
  const chains = chainsOf(blocks, happened, initial, law);
  if (chains === undefined || clash(chains.map(({ zone }) => zone))) return false;
  if (observers.length === 0) return true;
  return placeObservers(observers, inOrder(chains), initial, law.allows) ? true : undefined;
}

/** False when a value has no origin, undefined when it has several. */
function blocksOf(
  seen: HistoryOperation[],
  suppliers: ReadonlyMap<unknown, readonly HistoryOperation[]>,
  happened: Set<HistoryOperation>,
  initial: unknown,
  law: RegisterLaw,
): Map<unknown, Block> | false | undefined {
  const blocks = new Map<unknown, Block>();
  let missing = false;
  // What supplies something that was seen has happened, and so it has seen what it demands: the
  // list grows while it is walked.
  for (const operation of seen) {
    const value = law.demand(operation);
    let block = blocks.get(value);
    if (block === undefined) {
      const from = suppliers.get(value) ?? [];
      const count = from.length + (value === initial ? 1 : 0);
      if (count > 1) return undefined;
      if (count === 0) missing = true;
      const supplier = from[0];
      block = { supplier, readers: [], swaps: [] };
      blocks.set(value, block);
      if (supplier !== undefined && !happened.has(supplier)) {
        happened.add(supplier);
        if (law.demand(supplier) !== undefined) seen.push(supplier);
      }
    }
    if (law.supply(operation) === undefined) block.readers.push(operation);
    else block.swaps.push(operation);
  }
  return missing ? false : blocks;
}

/** A chain of values that must stand together, grown in the only order that it can have. */
class Chain {
  readonly placed: Placed[] = [];
  consistent = true;
  #firstCompletion: number;
  #lastInvocation = Number.NEGATIVE_INFINITY;

  /** @param isFirst whether it begins with what was there at the beginning */
  constructor(isFirst: boolean) {
    this.#firstCompletion = isFirst ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }

  get zone(): Zone {
    return [this.#firstCompletion, this.#lastInvocation];
  }

  /** Appends operations that may stand in any order among themselves, and leave a value. */
  append(operations: readonly HistoryOperation[], value: unknown): void {
    const after = this.#lastInvocation;
    for (const operation of operations) {
      const { completedAt, invokedAt } = operation;
      if (completedAt < after) this.consistent = false;
      this.#firstCompletion = Math.min(this.#firstCompletion, completedAt);
      this.#lastInvocation = Math.max(this.#lastInvocation, invokedAt);
      this.placed.push({ operation, value });
    }
  }
}

/** All chains; undefined when one contradicts itself. */
function chainsOf(
  blocks: ReadonlyMap<unknown, Block>,
  happened: ReadonlySet<HistoryOperation>,
  initial: unknown,
  law: RegisterLaw,
): Chain[] | undefined {
  const chains: Chain[] = [];
  let placed = 0;
  const grow = (chain: Chain, start: unknown): boolean => {
    let value = start;
    for (let block = blocks.get(value); block !== undefined; block = blocks.get(value)) {
      const { readers, swaps } = block;
      chain.append(readers.sort(byInvocation), value);
      const [swap] = swaps;
      if (swaps.length > 1) return false;
      if (swap === undefined) break;
      value = law.supply(swap);
      chain.append([swap], value);
    }
    placed += chain.placed.length;
    chains.push(chain);
    return chain.consistent;
  };
  if (!grow(new Chain(true), initial)) return undefined;
  for (const operation of happened) {
    if (law.demand(operation) !== undefined) continue;
    const chain = new Chain(false);
    chain.append([operation], law.supply(operation));
    if (!grow(chain, law.supply(operation))) return undefined;
  }
  // Swaps in a circle have no beginning, and so were not placed.
  return placed === happened.size ? chains : undefined;
}

function byInvocation(a: HistoryOperation, b: HistoryOperation): number {
  return a.invokedAt - b.invokedAt;
}

/** One order of chains that do not clash. */
function inOrder(chains: readonly Chain[]): Placed[] {
  const begins = ({ zone: [first, last] }: Chain): number => Math.min(first, last);
  return [...chains]
    .sort((a, b) => (begins(a) < begins(b) ? -1 : 1))
    .flatMap(({ placed }) => placed);
}

/** Whether two chains must each come before the other. */
function clash(zones: readonly Zone[]): boolean {
  const filled = zones.filter(([first, last]) => first < last).sort((a, b) => a[0] - b[0]);
  for (let i = 1; i < filled.length; i++) {
    if (filled[i]![0] < filled[i - 1]![1]) return true;
  }
  for (const [first, last] of zones) {
    if (first < last) continue;
    // The last that begins before this one: does it end after it?
    let low = 0;
    let high = filled.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (filled[middle]![0] < last) low = middle + 1;
      else high = middle;
    }
    if (low > 0 && first < filled[low - 1]![1]) return true;
  }
  return false;
}
