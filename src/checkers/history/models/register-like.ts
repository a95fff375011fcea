import type { RegisterLaw } from '../fast/zones.ts';
import type { HistoryOperation } from '../operation.ts';

/** How operations of a model act on one value, for what is known of registers. */
export interface RegisterLike {
  /** The value that an operation that happened must have found; undefined: any. */
  demand(operation: HistoryOperation): unknown;
  /** The value that it leaves; undefined: the one it found. */
  supply(operation: HistoryOperation): unknown;
  /** Whether `demand` and `supply` say all about it. */
  exact(operation: HistoryOperation): boolean;
  /** Whether it changes nothing. */
  observes(operation: HistoryOperation): boolean;
  /** Whether one that observes can have found a value there. */
  allows(operation: HistoryOperation, value: unknown): boolean;
}

/** The law by which `decideByZones` judges. */
export function registerLaw({
  demand,
  supply,
  exact,
  observes,
  allows,
}: RegisterLike): RegisterLaw {
  return {
    demand,
    supply,
    allows,
    kind: (operation) => (exact(operation) ? 'exact' : observes(operation) ? 'observer' : 'other'),
  };
}

/**
 * All that left a value and all that saw it can go together: whoever saw another value did so right
 * after what left that one. Swaps tie two values to each other. With operations that tell of a value
 * that was not there this does not hold, for it may come to light.
 */
export function registerUnits({ demand, supply, exact }: RegisterLike) {
  return (
    operations: readonly HistoryOperation[],
  ): ((operation: HistoryOperation) => string | undefined) => {
    if (!operations.every(exact)) return () => undefined;
    const names = new Map<unknown, unknown>();
    const nameOf = (value: unknown): unknown => {
      let name = value;
      while (names.has(name)) name = names.get(name);
      return name;
    };
    for (const operation of operations) {
      const from = demand(operation);
      const to = supply(operation);
      if (from === undefined || to === undefined) continue;
      if (nameOf(from) !== nameOf(to)) names.set(nameOf(from), nameOf(to));
    }
    const numbers = new Map<unknown, number>();
    return (operation) => {
      const name = nameOf(demand(operation) ?? supply(operation));
      let number = numbers.get(name);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(name, number);
      }
      return String(number);
    };
  };
}
