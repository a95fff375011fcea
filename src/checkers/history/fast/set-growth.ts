import type { HistoryOperation } from '../operation.ts';
import { valueText } from '../values.ts';

/**
 * Judges a set that only grows, with reads of the whole, when each element was added once, in the
 * size of all reads. What was read must grow by inclusion, and that gives the order: what a read
 * shows was added before it, what it does not show after it. Left to see is whether real time agrees.
 *
 * @returns undefined for any other history
 */
export function decideGrowingSet(
  operations: readonly HistoryOperation[],
  initial: readonly unknown[],
): boolean | undefined {
  const adds = new Map<string, HistoryOperation | undefined>();
  for (const element of initial) adds.set(valueText(element), undefined);
  const reads: (readonly unknown[])[] = [];
  const readers: HistoryOperation[] = [];
  for (const operation of operations) {
    if (operation.op === 'read') {
      if (operation.outcome !== 'ok') continue;
      reads.push(operation.value as readonly unknown[]);
      readers.push(operation);
    } else if (operation.op !== 'add' || operation.result !== null) return undefined;
    else {
      const element = valueText(operation.value);
      if (adds.has(element)) return undefined;
      adds.set(element, operation);
    }
  }
  const order = readers.map((_, i) => i).sort((a, b) => reads[a]!.length - reads[b]!.length);
  const placed = new Set<string>();
  const time = new RealTime();
  // Initial elements need no time of their own, but a first read must show them.
  for (const element of initial) placed.add(valueText(element));
  for (let at = 0; at < order.length; ) {
    const size = reads[order[at]!]!.length;
    const added: HistoryOperation[] = [];
    const group: HistoryOperation[] = [];
    for (; at < order.length && reads[order[at]!]!.length === size; at++) {
      const shown = reads[order[at]!]!.map(valueText);
      for (const element of shown) {
        if (placed.has(element)) continue;
        const add = adds.get(element);
        if (add === undefined) return false;
        placed.add(element);
        added.push(add);
      }
      // As many as all that have been added by now, and each once: then it shows them all.
      if (new Set(shown).size !== size || placed.size !== size) return false;
      group.push(readers[order[at]!]!);
    }
    if (!time.next(added) || !time.next(group)) return false;
  }
  const unseen = operations.filter(
    (one) => one.op === 'add' && one.outcome === 'ok' && !placed.has(valueText(one.value)),
  );
  return time.next(unseen);
}

/** Groups of operations one after the other; within a group in any order. */
class RealTime {
  #lastInvocation = Number.NEGATIVE_INFINITY;

  /** False when one of the group was over before one of an earlier group began. */
  next(group: readonly HistoryOperation[]): boolean {
    const after = this.#lastInvocation;
    for (const { invokedAt, completedAt } of group) {
      if (completedAt < after) return false;
      this.#lastInvocation = Math.max(this.#lastInvocation, invokedAt);
    }
    return true;
  }
}
