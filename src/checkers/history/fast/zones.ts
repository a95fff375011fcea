import type { HistoryOperation } from '../operation.ts';

/** What an operation on a register asks of the value before it, and what it leaves. */
export interface RegisterLaw {
  /** The value that must be there. */
  demand(operation: HistoryOperation): unknown;
  /** The value that is there afterwards; undefined: the one before. */
  supply(operation: HistoryOperation): unknown;
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
 * @returns undefined when the conditions do not hold
 */
export function decideByZones(
  operations: readonly HistoryOperation[],
  initial: unknown,
  law: RegisterLaw,
): boolean | undefined {
  let exact = true;
  const seen: HistoryOperation[] = [];
  const suppliers = new Map<unknown, HistoryOperation[]>();
  const happened = new Set<HistoryOperation>();
  for (const operation of operations) {
    const kind = law.kind(operation);
    if (kind === 'other') return undefined;
    if (kind === 'observer') {
      exact = false;
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
  const zones = zonesOf(blocks, happened, initial, law);
  if (zones === undefined || clash(zones)) return false;
  return exact ? true : undefined;
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
  firstCompletion = Number.POSITIVE_INFINITY;
  lastInvocation = Number.NEGATIVE_INFINITY;
  count = 0;
  consistent = true;

  /** Appends operations that may stand in any order among themselves. */
  append(operations: readonly HistoryOperation[]): void {
    const after = this.lastInvocation;
    for (const { completedAt, invokedAt } of operations) {
      if (completedAt < after) this.consistent = false;
      this.firstCompletion = Math.min(this.firstCompletion, completedAt);
      this.lastInvocation = Math.max(this.lastInvocation, invokedAt);
      this.count++;
    }
  }
}

/** The zones of all chains; undefined when one contradicts itself. */
function zonesOf(
  blocks: ReadonlyMap<unknown, Block>,
  happened: ReadonlySet<HistoryOperation>,
  initial: unknown,
  law: RegisterLaw,
): Zone[] | undefined {
  const zones: Zone[] = [];
  let placed = 0;
  const grow = (chain: Chain, start: unknown): boolean => {
    for (let block = blocks.get(start); block !== undefined; ) {
      const { readers, swaps } = block;
      chain.append(readers);
      const [swap] = swaps;
      if (swaps.length > 1) return false;
      if (swap === undefined) break;
      chain.append([swap]);
      block = blocks.get(law.supply(swap));
    }
    placed += chain.count;
    zones.push([chain.firstCompletion, chain.lastInvocation]);
    return chain.consistent;
  };
  const beginning = new Chain();
  beginning.firstCompletion = Number.NEGATIVE_INFINITY;
  if (!grow(beginning, initial)) return undefined;
  for (const operation of happened) {
    if (law.demand(operation) !== undefined) continue;
    const chain = new Chain();
    chain.append([operation]);
    if (!grow(chain, law.supply(operation))) return undefined;
  }
  // Swaps in a circle have no beginning, and so were not placed.
  return placed === happened.size ? zones : undefined;
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
