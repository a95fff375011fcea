import type { Model, Pruning } from '../model.ts';
import type { HistoryOperation } from '../operation.ts';

/** What a register holds; null: unset. */
export type RegisterValue = string | number | boolean | null;

function step(state: RegisterValue, operation: HistoryOperation): RegisterValue | undefined {
  const certain = operation.outcome === 'ok';
  if (operation.op === 'write') return operation.value as RegisterValue;
  if (operation.op === 'read') return !certain || operation.value === state ? state : undefined;
  if (operation.op === 'cas') {
    const [from, to] = operation.value as readonly [RegisterValue, RegisterValue];
    const swaps = state === from;
    if (certain && operation.result !== null && operation.result !== swaps) return undefined;
    return swaps ? to : state;
  }
  throw new RangeError(`Expected \`op\` to be one of read, write, cas, got '${operation.op}'`);
}

/** Whether the answer is certain and was no. */
function isRefused(operation: HistoryOperation): boolean {
  return operation.outcome === 'ok' && operation.result === false;
}

const pruning: Omit<Pruning<RegisterValue>, 'matters'> = {
  demand(operation) {
    if (operation.op === 'read') return operation.value as RegisterValue;
    if (operation.op !== 'cas') return undefined;
    if (operation.outcome === 'ok' && operation.result !== true) return undefined;
    return (operation.value as readonly [RegisterValue, RegisterValue])[0];
  },

  supply(operation) {
    if (operation.op === 'write') return operation.value as RegisterValue;
    if (operation.op !== 'cas' || isRefused(operation)) return undefined;
    return (operation.value as readonly [RegisterValue, RegisterValue])[1];
  },

  reaches: (state, demanded) => state === demanded,

  tells(before, after, operation) {
    if (operation.op === 'read') return operation.value === after;
    if (operation.op !== 'cas') return false;
    const [from] = operation.value as readonly [RegisterValue, RegisterValue];
    if (isRefused(operation)) return from === before;
    return (operation.outcome === 'ok' && operation.result === null) || from === after;
  },
};

/** The laws of one register. A value that nothing asks for is like any other such value. */
function pruningOf(operations: readonly HistoryOperation[]): Pruning<RegisterValue> {
  const asked = new Set<RegisterValue>();
  for (const { op, value } of operations) {
    if (op === 'read') asked.add(value as RegisterValue);
    if (op === 'cas') asked.add((value as readonly [RegisterValue, RegisterValue])[0]);
  }
  return { ...pruning, matters: (state) => asked.has(state) };
}

/** One register with read, write and compare-and-set of primitive values. */
export const casRegister: Model<RegisterValue> = {
  name: 'cas-register',
  initial: null,
  step,
  observes: (operation) =>
    operation.op === 'read' || (operation.op === 'cas' && isRefused(operation)),
  overwrites: (operation) => operation.op === 'write',
  pruning: pruningOf,
};
