import type { Model } from '../model.ts';
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

/** One register with read, write and compare-and-set of primitive values. */
export const casRegister: Model<RegisterValue> = {
  name: 'cas-register',
  initial: null,
  step,
  observes: (operation) =>
    operation.op === 'read' ||
    (operation.op === 'cas' && operation.outcome === 'ok' && operation.result === false),
  overwrites: (operation) => operation.op === 'write',
};
