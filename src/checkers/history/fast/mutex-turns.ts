import type { HistoryOperation } from '../operation.ts';

/** Operations of one kind that were invoked and are not placed: the one that ends first goes first. */
class Waiting {
  readonly #certain: HistoryOperation[] = [];
  uncertain = 0;

  add(operation: HistoryOperation): void {
    if (operation.outcome !== 'ok') this.uncertain++;
    else this.#certain.push(operation);
  }

  /** Takes this one; false when it was taken before. */
  take(operation: HistoryOperation): boolean {
    const at = this.#certain.indexOf(operation);
    if (at >= 0) this.#certain.splice(at, 1);
    return at >= 0;
  }

  /** Takes any, whatever helps most; false when there is none. */
  takeAny(): boolean {
    let best = -1;
    for (let i = 0; i < this.#certain.length; i++) {
      const { completedAt } = this.#certain[i]!;
      if (best < 0 || completedAt < this.#certain[best]!.completedAt) best = i;
    }
    if (best >= 0) this.#certain.splice(best, 1);
    else if (this.uncertain > 0) this.uncertain--;
    else return false;
    return true;
  }
}

/**
 * Judges a lock, always, in n times the number of clients. Acquisitions are alike and so are
 * releases, and they alternate. Nothing need be placed before a completion asks for it; then, if it
 * is the other kind's turn, the open one goes that must be over first, and after those the ones that
 * may have happened at any time.
 */
export function decideMutex(operations: readonly HistoryOperation[], held: boolean): boolean {
  const events: [at: number, operation: HistoryOperation, completion: boolean][] = [];
  for (const operation of operations) {
    events.push([operation.invokedAt, operation, false]);
    if (operation.outcome === 'ok') events.push([operation.completedAt, operation, true]);
  }
  events.sort((a, b) => a[0] - b[0]);
  const acquires = new Waiting();
  const releases = new Waiting();
  let state = held;
  for (const [, operation, completion] of events) {
    const acquiring = operation.op === 'acquire';
    const same = acquiring ? acquires : releases;
    if (!completion) same.add(operation);
    else if (same.take(operation)) {
      // A held lock is not acquired, nor a free one released.
      if (state === acquiring && !(acquiring ? releases : acquires).takeAny()) return false;
      state = acquiring;
    }
  }
  return true;
}
