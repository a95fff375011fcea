import type { HistoryOperation } from '../operation.ts';

/** A value on its way through a container. Times are positions in the history. */
export interface Item {
  readonly value: unknown;
  readonly insertInvoked: number;
  readonly insertCompleted: number;
  /** `end` when nothing certain removed it. */
  removeInvoked: number;
  /** `end + 1` when nothing certain removed it. */
  removeCompleted: number;
  removed: boolean;
}

/** A history of a queue or a stack, by value. */
export interface ContainerHistory {
  readonly items: readonly Item[];
  /** Removals that found nothing. */
  readonly empties: readonly HistoryOperation[];
  /** Invocations of removals that may have happened, ascending. */
  readonly pending: readonly number[];
  /** After everything. */
  readonly end: number;
}

/**
 * Reads a history of `insert` and `remove` by value.
 * @returns false when a value was removed twice, or though never inserted, or before; undefined when
 *   some value may have been inserted twice
 */
export function containerHistory(
  operations: readonly HistoryOperation[],
  initial: readonly unknown[],
): ContainerHistory | false | undefined {
  const certain = new Map<unknown, Item>();
  const uncertain = new Map<unknown, HistoryOperation>();
  let end = 0;
  for (const { invokedAt, completedAt } of operations) {
    end = Math.max(end, invokedAt, completedAt === Number.POSITIVE_INFINITY ? 0 : completedAt);
  }
  end++;
  const add = (value: unknown, insertInvoked: number, insertCompleted: number): Item => {
    const item = { removeInvoked: end, removeCompleted: end + 1, removed: false };
    const added = { value, insertInvoked, insertCompleted, ...item };
    certain.set(value, added);
    return added;
  };
  for (const [i, value] of initial.entries()) {
    if (certain.has(value)) return undefined;
    add(value, 2 * (i - initial.length), 2 * (i - initial.length) + 1);
  }
  for (const operation of operations) {
    if (operation.op !== 'insert') continue;
    const { value } = operation;
    if (certain.has(value) || uncertain.has(value)) return undefined;
    if (operation.outcome === 'ok') add(value, operation.invokedAt, operation.completedAt);
    else uncertain.set(value, operation);
  }
  const empties: HistoryOperation[] = [];
  const pending: number[] = [];
  for (const operation of operations) {
    if (operation.op === 'insert') continue;
    const { value, invokedAt, completedAt } = operation;
    if (operation.outcome !== 'ok') pending.push(invokedAt);
    else if (value === null) empties.push(operation);
    else {
      // What was removed was inserted, whether anybody was told or not.
      const maybe = uncertain.get(value);
      const item =
        certain.get(value) ??
        (maybe && add(value, maybe.invokedAt, Math.max(end, completedAt) + 2));
      if (item === undefined || item.removed || completedAt < item.insertInvoked) return false;
      item.removed = true;
      item.removeInvoked = invokedAt;
      item.removeCompleted = completedAt;
    }
  }
  pending.sort((a, b) => a - b);
  return { items: [...certain.values()], empties, pending, end };
}

/**
 * When some value was certainly inside, as times that do not touch.
 * @param leastRemoval a value that nothing certain removed may have gone from this time on
 */
function filledTimes(items: readonly Item[], leastRemoval: number): [from: number, to: number][] {
  const inside: [from: number, to: number][] = [];
  for (const { insertCompleted, removeInvoked, removed } of items) {
    const to = removed ? removeInvoked : leastRemoval;
    if (insertCompleted < to) inside.push([insertCompleted, to]);
  }
  inside.sort((a, b) => a[0] - b[0]);
  const filled: [from: number, to: number][] = [];
  for (const [from, to] of inside) {
    const before = filled.at(-1);
    if (before === undefined || before[1] < from) filled.push([from, to]);
    else before[1] = Math.max(before[1], to);
  }
  return filled;
}

/** How many of ascending numbers are below a bound. */
export function countBelow(ascending: ArrayLike<number>, bound: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether some removal found nothing though at each moment of it some value was certainly inside. */
export function neverEmpty(history: ContainerHistory, leastRemoval: number): boolean {
  if (history.empties.length === 0) return false;
  const filled = filledTimes(history.items, leastRemoval);
  const froms = filled.map(([from]) => from);
  return history.empties.some(({ invokedAt, completedAt }) => {
    const before = countBelow(froms, invokedAt);
    return before > 0 && completedAt < filled[before - 1]![1];
  });
}

/**
 * For each removal that found nothing: the first moment of it at which what certain removals leave
 * inside can all have been taken by uncertain ones; undefined when one has none.
 */
export function emptyMoments(history: ContainerHistory): number[] | undefined {
  const { items, empties, pending } = history;
  const filled = filledTimes(
    items.filter(({ removed }) => removed),
    Number.POSITIVE_INFINITY,
  );
  const froms = filled.map(([from]) => from);
  const left = items
    .filter(({ removed }) => !removed)
    .map(({ insertCompleted }) => insertCompleted);
  left.sort((a, b) => a - b);
  const moments: number[] = [];
  for (const { invokedAt, completedAt } of empties) {
    let found: number | undefined;
    // Only the end of a filled time and an uncertain removal make things better.
    for (let moment = invokedAt; moment < completedAt; ) {
      const place = countBelow(froms, moment + 0.5);
      if (place > 0 && moment < filled[place - 1]![1]) {
        moment = filled[place - 1]![1];
        continue;
      }
      const taken = countBelow(pending, moment + 0.5);
      if (countBelow(left, moment + 0.5) <= taken) {
        found = moment + 0.5;
        break;
      }
      moment = pending[taken] ?? Number.POSITIVE_INFINITY;
    }
    if (found === undefined) return undefined;
    moments.push(found);
  }
  return moments.sort((a, b) => a - b);
}
