import type { NamedModel } from '../model.ts';
import type { HistoryOperation } from '../operation.ts';
import { valueText } from '../values.ts';

/** One read or write of a transaction. */
type Part = readonly [kind: 'read' | 'write', key: string, value: unknown];

/** Registers that are set, by name. */
type Registers = ReadonlyMap<string, unknown>;

const parts = ({ value }: HistoryOperation): readonly Part[] => value as readonly Part[];

function step(registers: Registers, operation: HistoryOperation): Registers | undefined {
  let changed: Map<string, unknown> | undefined;
  for (const [kind, key, value] of parts(operation)) {
    if (kind === 'write') {
      changed ??= new Map(registers);
      changed.set(key, value);
    } else if (operation.outcome === 'ok' && value !== null) {
      if ((changed ?? registers).get(key) !== value) return undefined;
    }
  }
  return changed ?? registers;
}

function identity(registers: Registers): string {
  const set = [...registers].filter(([, value]) => value !== null);
  return valueText(set.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const kinds: Readonly<Record<string, Part[0]>> = {
  read: 'read',
  r: 'read',
  write: 'write',
  w: 'write',
};

function read(operation: HistoryOperation): HistoryOperation | string {
  const { op, value } = operation;
  if (op !== 'txn') return `expected \`op\` to be txn, got '${op}'`;
  if (!Array.isArray(value)) return 'expected the `value` of txn to be a list';
  const found: Part[] = [];
  for (const one of value as unknown[]) {
    const [kind, key, what] = Array.isArray(one) ? (one as unknown[]) : [];
    const known = typeof kind === 'string' ? kinds[kind] : undefined;
    if (known === undefined || (typeof key !== 'string' && typeof key !== 'number')) {
      return 'expected each part of txn to be [read | write, key, value]';
    }
    found.push([known, String(key), what ?? null]);
  }
  return { ...operation, value: found };
}

/** Registers that no transaction touches together, directly or by way of others, are independent. */
function partition(history: readonly HistoryOperation[]): (operation: HistoryOperation) => string {
  const links = new Map<string, string>();
  const groupOf = (register: string): string => {
    let group = register;
    for (let next = links.get(group); next !== undefined; next = links.get(group)) group = next;
    return group;
  };
  for (const operation of history) {
    if (operation.outcome === 'fail') continue;
    const [first, ...others] = parts(operation);
    for (const other of others) {
      const [a, b] = [groupOf(first![1]), groupOf(other[1])];
      if (a !== b) links.set(a > b ? a : b, a > b ? b : a);
    }
  }
  return (operation) => {
    const [first] = parts(operation);
    return first === undefined ? '' : groupOf(first[1]);
  };
}

function readInitial(given: unknown): Registers | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
  return new Map(Object.entries(given));
}

/** Registers read and written several at a time. A read of null in a transaction matches anything. */
export const multiRegister: NamedModel<Registers> = {
  name: 'multi-register',
  noun: 'the registers',
  summary:
    'txn, a list of [read | write, key, value]; unset (null) at first; a read of null is any value',
  initial: new Map(),
  step,
  identity,
  partition,
  observes: (operation) => parts(operation).every(([kind]) => kind === 'read'),
  text: (operation) =>
    parts(operation)
      .map(([kind, key, value]) => {
        if (kind === 'write') return `${key} := ${valueText(value)}`;
        return operation.outcome === 'ok' && value !== null ? `${key} -> ${valueText(value)}` : key;
      })
      .join(', '),
  needs(operation) {
    const wanted = parts(operation).filter(([kind, , value]) => kind === 'read' && value !== null);
    return `hold ${wanted.map(([, key, value]) => `${key} = ${valueText(value)}`).join(', ')}`;
  },
  describe(registers) {
    if (registers.size === 0) return 'are unset';
    const held = [...registers].map(([key, value]) => `${key} = ${valueText(value)}`);
    return `hold ${held.join(', ')}`;
  },
  read,
  readInitial,
  initials: 'an object: values by register',
};
