import type { HistoryOperation } from '../operation.ts';
import { countBelow } from './containers.ts';

/** An operation in a linearization, and the value after it. */
export interface Placed {
  readonly operation: HistoryOperation;
  readonly value: unknown;
}

/**
 * Whether operations that change nothing can be put into a linearization. Each goes to the first place
 * that real time and its answer permit, which leaves the most to the others.
 */
export function placeObservers(
  observers: readonly HistoryOperation[],
  order: readonly Placed[],
  initial: unknown,
  allows: (operation: HistoryOperation, value: unknown) => boolean,
): boolean {
  const count = order.length;
  /** Per place: the earliest completion from there on, and the latest invocation up to there. */
  const completions = new Float64Array(count);
  const invocations = new Float64Array(count);
  for (let i = count - 1, least = Number.POSITIVE_INFINITY; i >= 0; i--) {
    least = Math.min(least, order[i]!.operation.completedAt);
    completions[i] = least;
  }
  for (let i = 0, most = Number.NEGATIVE_INFINITY; i < count; i++) {
    most = Math.max(most, order[i]!.operation.invokedAt);
    invocations[i] = most;
  }
  const ends: number[] = [];
  const floors: number[] = [];
  for (const observer of [...observers].sort((a, b) => a.completedAt - b.completedAt)) {
    const { completedAt, invokedAt } = observer;
    const over = countBelow(ends, invokedAt);
    let place = Math.max(countBelow(completions, invokedAt), over === 0 ? 0 : floors[over - 1]!);
    const last = countBelow(invocations, completedAt);
    while (place <= last && !allows(observer, place === 0 ? initial : order[place - 1]!.value)) {
      place++;
    }
    if (place > last) return false;
    ends.push(completedAt);
    floors.push(Math.max(place, floors.at(-1) ?? 0));
  }
  return true;
}
