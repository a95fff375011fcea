import type { HistoryOperation } from '../operation.ts';
import { type ContainerHistory, containerHistory, neverEmpty } from './containers.ts';

/**
 * Judges a first-in-first-out queue of distinct values in n log n. A history of one is linearizable
 * unless a value comes from nowhere or twice, one overtakes another that was certainly inserted
 * before it, or the queue is found empty though it cannot have been (Henzinger, Sezgin and Vafeiadis
 * 2013, "Aspect-oriented linearizability proofs").
 *
 * Removals that may have happened can take away what was overtaken; each does so for one value that
 * must be gone by a certain time, so the earliest of them goes with the earliest such time.
 *
 * @returns undefined when a value may have been inserted twice, or when it depends on which values
 *   uncertain removals took for the queue to be empty
 */
export function decideQueue(
  operations: readonly HistoryOperation[],
  initial: readonly unknown[],
): boolean | undefined {
  const history = containerHistory(operations, initial);
  if (typeof history !== 'object') return history;
  const { empties, end, pending } = history;
  const needed = neededRemovals(history);
  if (needed === undefined) return false;
  if (needed.some((until, i) => i >= pending.length || pending[i]! > until)) return false;
  if (!neverEmpty(history, end)) {
    // With what is left inside to the end nothing had to be taken away for an empty queue.
    return true;
  }
  if (pending.length === 0 || neverEmpty(history, pending[0]!)) return false;
  return empties.length === 0 ? true : undefined;
}

/**
 * Until when values that nothing certain removed must have been gone, ascending; undefined when a
 * value that was removed had been overtaken.
 */
function neededRemovals({ items }: ContainerHistory): number[] | undefined {
  const byInsert = [...items].sort((a, b) => a.insertInvoked - b.insertInvoked);
  /** Per place: the earliest completion of a removal of what was inserted from there on. */
  const earliest = new Float64Array(byInsert.length + 1).fill(Number.POSITIVE_INFINITY);
  for (let i = byInsert.length - 1; i >= 0; i--) {
    const { removed, removeCompleted } = byInsert[i]!;
    earliest[i] = Math.min(earliest[i + 1]!, removed ? removeCompleted : Number.POSITIVE_INFINITY);
  }
  const needed: number[] = [];
  for (const { insertCompleted, removeInvoked, removed } of items) {
    let low = 0;
    let high = byInsert.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (byInsert[middle]!.insertInvoked < insertCompleted) low = middle + 1;
      else high = middle;
    }
    const until = earliest[low]!;
    if (until === Number.POSITIVE_INFINITY) continue;
    if (!removed) needed.push(until);
    else if (until < removeInvoked) return undefined;
  }
  return needed.sort((a, b) => a - b);
}
