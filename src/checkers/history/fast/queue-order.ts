import type { HistoryOperation } from '../operation.ts';
import { containerHistory, countBelow, emptyMoments, type Item } from './containers.ts';

/**
 * Judges a first-in-first-out queue of distinct values in n log n. A history of one is linearizable
 * unless a value comes from nowhere or twice, one overtakes another that was certainly inserted
 * before it, or the queue is found empty though it cannot have been (Henzinger, Sezgin and Vafeiadis
 * 2013, "Aspect-oriented linearizability proofs").
 *
 * Removals that may have happened can take away what was overtaken, or what must be gone for the
 * queue to be empty. The earlier it is found empty, the less must be gone; and the earliest of them
 * take away what must be gone first.
 *
 * @returns undefined when a value may have been inserted twice
 */
export function decideQueue(
  operations: readonly HistoryOperation[],
  initial: readonly unknown[],
): boolean | undefined {
  const history = containerHistory(operations, initial);
  if (typeof history !== 'object') return history;
  const { items, pending } = history;
  const moments = emptyMoments(history);
  if (moments === undefined) return false;
  const needed: number[] = [];
  const overtaken = overtakings(items);
  for (const item of items) {
    let until = overtaken(item);
    if (item.removed) {
      if (until < item.removeInvoked) return false;
      continue;
    }
    const empty = countBelow(moments, item.insertCompleted);
    until = Math.min(until, moments[empty] ?? Number.POSITIVE_INFINITY);
    if (until < Number.POSITIVE_INFINITY) needed.push(until);
  }
  needed.sort((a, b) => a - b);
  return needed.every((until, i) => i < pending.length && pending[i]! < until);
}

/** When a value was certainly overtaken by one that was inserted after it; Infinity: never. */
function overtakings(items: readonly Item[]): (item: Item) => number {
  const byInsert = [...items].sort((a, b) => a.insertInvoked - b.insertInvoked);
  const invocations = byInsert.map(({ insertInvoked }) => insertInvoked);
  /** Per place: the earliest completion of a removal of what was inserted from there on. */
  const earliest = new Float64Array(byInsert.length + 1).fill(Number.POSITIVE_INFINITY);
  for (let i = byInsert.length - 1; i >= 0; i--) {
    const { removed, removeCompleted } = byInsert[i]!;
    earliest[i] = Math.min(earliest[i + 1]!, removed ? removeCompleted : Number.POSITIVE_INFINITY);
  }
  return ({ insertCompleted }) => earliest[countBelow(invocations, insertCompleted)]!;
}
