import { decideByZones } from '../fast/zones.ts';
import type { NamedModel, Pruning } from '../model.ts';
import type { HistoryOperation } from '../operation.ts';
import { valueText } from '../values.ts';
import { type RegisterLike, registerLaw, registerUnits } from './register-like.ts';

/** What a register holds: any value, compared with `===`; null: unset. */
export type RegisterValue = unknown;

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

const like: RegisterLike = {
  demand: pruning.demand,
  supply: pruning.supply,
  exact: ({ op, outcome, result }) => op !== 'cas' || outcome !== 'ok' || result === true,
  observes,
  allows: (operation, value) => step(value, operation) !== undefined,
};

function observes(operation: HistoryOperation): boolean {
  return operation.op === 'read' || (operation.op === 'cas' && isRefused(operation));
}

function read(operation: HistoryOperation): HistoryOperation | string {
  const { op, outcome } = operation;
  if (op === 'read') return outcome === 'ok' ? operation : { ...operation, value: null };
  if (op === 'write') return operation;
  if (op !== 'cas') return `expected \`op\` to be one of read, write, cas, got '${op}'`;
  if (!Array.isArray(operation.value) || operation.value.length !== 2) {
    return 'expected the `value` of cas to be [from, to]';
  }
  // What happened swapped, unless the file says otherwise.
  if (operation.outcome !== 'ok' || operation.result !== null) return operation;
  return { ...operation, result: true };
}

function needs(operation: HistoryOperation): string {
  const value =
    operation.op === 'cas' ? (operation.value as readonly unknown[])[0] : operation.value;
  if (operation.op === 'cas' && isRefused(operation)) {
    return value === null ? 'be set' : `not hold ${valueText(value)}`;
  }
  return value === null ? 'be unset' : `hold ${valueText(value)}`;
}

function describe(state: RegisterValue): string {
  return state === null ? 'is unset' : `holds ${valueText(state)}`;
}

/** One register with read, write and compare-and-set. */
export const casRegister: NamedModel<RegisterValue> = {
  name: 'cas-register',
  noun: 'the register',
  summary: 'read, write v, cas [from, to]; unset (null) at first',
  initial: null,
  step,
  observes,
  overwrites: (operation) => operation.op === 'write',
  silent: ({ op }) => op === 'write',
  pruning: pruningOf,
  decide: (operations, initial) => decideByZones(operations, initial, registerLaw(like)),
  units: registerUnits(like),
  needs,
  describe,
  read,
  readInitial: (given) => given,
  initials: 'any value; null is unset',
};
