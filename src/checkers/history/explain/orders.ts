import type { Model } from '../model.ts';
import type { HistoryOperation } from '../operation.ts';

/** An operation that would have to come next and cannot. */
export interface Obstacle {
  readonly operation: HistoryOperation;
  /** What the object must be like for it, as in "must hold 1". */
  readonly needs: string;
}

/** How far one order of operations gets. */
export interface DeadEnd {
  /** The state at the beginning. */
  readonly from: unknown;
  /** What can be done one after the other. */
  readonly order: readonly HistoryOperation[];
  /** The state that it ends in. */
  readonly state: unknown;
  /** All that may come next by real time, none of which is possible in this state. */
  readonly obstacles: readonly Obstacle[];
}

/** Orders that were followed to their ends, and whether these are all there are. */
export interface DeadEnds {
  readonly found: readonly DeadEnd[];
  readonly all: boolean;
}

const nodeLimit = 20_000;

/**
 * Follows every order of operations that cannot be ordered to where it stops. Two that have taken the
 * same operations into the same state count as one; an order in which something that may have
 * happened is of no use is left out.
 */
export function deadEnds(
  model: Model,
  operations: readonly HistoryOperation[],
  states: readonly unknown[],
): DeadEnds {
  const seen = new Set<string>();
  const names = new Map<unknown, number>();
  const found: DeadEnd[] = [];
  const order: HistoryOperation[] = [];
  const nameOf = (state: unknown): number => {
    const identity = model.identity === undefined ? state : model.identity(state);
    const name = names.get(identity) ?? names.size;
    names.set(identity, name);
    return name;
  };

  const follow = (from: unknown, state: unknown, rest: readonly HistoryOperation[]): void => {
    if (seen.size >= nodeLimit) return;
    const configuration = `${nameOf(state)} ${rest.map(({ invokedAt }) => invokedAt).join()}`;
    if (seen.has(configuration)) return;
    seen.add(configuration);
    const certain = rest.filter(({ outcome }) => outcome === 'ok');
    const until = Math.min(...certain.map(({ completedAt }) => completedAt));
    const obstacles: Obstacle[] = [];
    for (const operation of rest) {
      if (operation.invokedAt > until) continue;
      const next = model.step(state, operation);
      const uncertain = operation.outcome !== 'ok';
      if (next === undefined) {
        obstacles.push({ operation, needs: model.needs?.(operation) ?? 'be otherwise' });
      } else if (!uncertain || nameOf(next) !== nameOf(state)) {
        order.push(operation);
        follow(
          from,
          next,
          rest.filter((other) => other !== operation),
        );
        order.pop();
      }
    }
    if (
      obstacles.length > 0 &&
      obstacles.length === certain.filter((one) => one.invokedAt <= until).length
    ) {
      found.push({ from, order: [...order], state, obstacles });
    }
  };

  for (const state of states) follow(state, state, operations);
  return { found: plainest(found), all: seen.size < nodeLimit };
}

/** Dead ends without a detour over what may have happened, when the same obstacles stay. */
function plainest(found: readonly DeadEnd[]): readonly DeadEnd[] {
  const uncertain = ({ order }: DeadEnd): number =>
    order.filter(({ outcome }) => outcome !== 'ok').length;
  return [...found].sort(
    (a, b) =>
      b.order.length - uncertain(b) - (a.order.length - uncertain(a)) ||
      uncertain(a) - uncertain(b),
  );
}
