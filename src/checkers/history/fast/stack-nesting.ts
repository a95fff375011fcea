import type { HistoryOperation } from '../operation.ts';
import { containerHistory, type Item, neverEmpty } from './containers.ts';

/**
 * Judges a stack of distinct values in n times the depth of nesting.
 *
 * A value whose push and pop overlap can be pushed and popped at one moment, and disturbs nothing.
 * The others are certainly inside from the end of their push to the beginning of their pop. Where
 * such times leave a gap the stack may be empty, and both sides are judged apart. Within a stretch
 * without a gap some value lies at the bottom all the while: its push can come before all other
 * pushes are over, its pop after all other pops have begun. Any value that can, may; without it,
 * what lies above is judged in the same way. None: not linearizable.
 *
 * @returns undefined when a value may have been pushed twice, or when it depends on which values
 *   uncertain pops took
 */
export function decideStack(
  operations: readonly HistoryOperation[],
  initial: readonly unknown[],
): boolean | undefined {
  const history = containerHistory(operations, initial);
  if (typeof history !== 'object') return history;
  const { items, end, pending } = history;
  if (!neverEmpty(history, end) && nests(items)) return true;
  const [earliest] = pending;
  if (earliest === undefined) return false;
  // Let each value that is left go as early as any uncertain pop might have taken it: if even that
  // does not help, nothing does.
  if (neverEmpty(history, earliest)) return false;
  const loose = items.map((item) => (item.removed ? item : { ...item, removeInvoked: earliest }));
  return nests(loose) ? undefined : false;
}

function nests(items: readonly Item[]): boolean {
  const lasting = items
    .filter((item) => item.insertCompleted < item.removeInvoked)
    .sort((a, b) => a.insertCompleted - b.insertCompleted);
  const stretches: Item[][] = [lasting];
  for (let stretch = stretches.pop(); stretch !== undefined; stretch = stretches.pop()) {
    let from = 0;
    let until = Number.NEGATIVE_INFINITY;
    for (let i = 0; i <= stretch.length; i++) {
      const next = stretch[i];
      if (next !== undefined && (i === from || next.insertCompleted < until)) {
        until = Math.max(until, next.removeInvoked);
        continue;
      }
      if (i - from > 1) {
        const above = withoutBottom(stretch, from, i, until);
        if (above.length === i - from) return false;
        stretches.push(above);
      }
      if (next === undefined) break;
      from = i;
      until = next.removeInvoked;
    }
  }
  return true;
}

/** What remains of a stretch without a gap when all that can lie at the bottom is taken away. */
function withoutBottom(stretch: readonly Item[], from: number, to: number, until: number): Item[] {
  const since = stretch[from]!.insertCompleted;
  const above: Item[] = [];
  for (let i = from; i < to; i++) {
    const item = stretch[i]!;
    if (item.insertInvoked > since || item.removeCompleted < until) above.push(item);
  }
  return above;
}
