import type { HistoryOperation } from '../operation.ts';

/**
 * A history as it stood just after the event at a position: what was not completed by then may have
 * happened, and nobody knows its answer.
 */
export function prefixOf(
  operations: readonly HistoryOperation[],
  until: number,
): HistoryOperation[] {
  const prefix: HistoryOperation[] = [];
  for (const operation of operations) {
    if (operation.invokedAt > until) continue;
    const known = operation.completedAt <= until || operation.outcome === 'info';
    prefix.push(known ? operation : unanswered(operation));
  }
  return prefix;
}

function unanswered(operation: HistoryOperation): HistoryOperation {
  return {
    ...operation,
    outcome: 'info',
    result: null,
    completedAt: Number.POSITIVE_INFINITY,
  };
}

/**
 * The operation whose completion makes an illegal history illegal. A history that cannot be explained
 * stays so whatever follows, so it is found by halving.
 * @param illegal whether a prefix is; undefined: not known
 * @returns the operation, and whether each shorter prefix is certainly explained
 */
export function firstIllegal(
  operations: readonly HistoryOperation[],
  illegal: (prefix: readonly HistoryOperation[]) => boolean | undefined,
): { readonly last: HistoryOperation; readonly shortest: boolean } {
  const completed = operations
    .filter(({ outcome }) => outcome === 'ok')
    .sort((a, b) => a.completedAt - b.completedAt);
  let shortest = true;
  let low = 0;
  let high = completed.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const answer = illegal(prefixOf(operations, completed[middle]!.completedAt));
    if (answer === undefined) shortest = false;
    if (answer === true) high = middle;
    else low = middle + 1;
  }
  return { last: completed[low]!, shortest };
}
