import { decideByZones } from '../fast/zones.ts';
import type { NamedModel, Pruning } from '../model.ts';
import type { HistoryOperation } from '../operation.ts';
import { type RegisterLike, registerLaw, registerUnits } from './register-like.ts';

/**
 * The step of one key of a string store with get, put, append, cas and delete; null: unset. Append
 * to what is unset sets it; `result` of delete says whether the key was there.
 */
function step(state: string | null, operation: HistoryOperation): string | null | undefined {
  const certain = operation.outcome === 'ok';
  switch (operation.op) {
    case 'get':
      return !certain || operation.value === state ? state : undefined;
    case 'put':
      return operation.value as string;
    case 'append':
      return (state ?? '') + (operation.value as string);
    case 'cas': {
      const [from, to] = operation.value as readonly [string | null, string];
      const swaps = state === from;
      if (certain && operation.result !== null && operation.result !== swaps) return undefined;
      return swaps ? to : state;
    }
    case 'delete':
      if (certain && operation.result !== null && operation.result !== (state !== null)) {
        return undefined;
      }
      return null;
    default:
      throw new RangeError(
        `Expected \`op\` to be one of get, put, append, cas, delete, got '${operation.op}'`,
      );
  }
}

/** Whether the answer is certain and was no. */
function isRefused(operation: HistoryOperation): boolean {
  return operation.outcome === 'ok' && operation.result === false;
}

function observes(operation: HistoryOperation): boolean {
  if (operation.op === 'get') return true;
  return isRefused(operation) && (operation.op === 'cas' || operation.op === 'delete');
}

function overwrites(operation: HistoryOperation): boolean {
  if (operation.op === 'put') return true;
  return operation.op === 'delete' && (operation.outcome !== 'ok' || operation.result === null);
}

/** What a cas expects, and what it sets. */
function swap(operation: HistoryOperation): readonly [string | null, string] {
  return operation.value as readonly [string | null, string];
}

function demand(operation: HistoryOperation): string | null | undefined {
  if (operation.op === 'get') return operation.value as string | null;
  if (operation.op !== 'cas') return undefined;
  return operation.outcome !== 'ok' || operation.result === true ? swap(operation)[0] : undefined;
}

function supply(operation: HistoryOperation): string | null | undefined {
  if (operation.op === 'put') return operation.value as string;
  if (operation.op === 'delete') return null;
  return operation.op === 'cas' && !isRefused(operation) ? swap(operation)[1] : undefined;
}

/** The laws of one key. What leads on from a value is one of the texts that are appended. */
function pruning(operations: readonly HistoryOperation[]): Pruning<string | null> {
  const appended = operations
    .filter((operation) => operation.op === 'append')
    .map((operation) => operation.value as string);

  const asked = new Set<string | null>();
  for (const operation of operations) {
    if (operation.op === 'get') asked.add(operation.value as string | null);
    if (operation.op === 'cas') asked.add(swap(operation)[0]);
  }

  // A text that begins none of those asked for never becomes one again, whatever is appended.
  function matters(state: string | null): boolean {
    if (state === null) return true;
    for (const text of asked) if (text?.startsWith(state)) return true;
    return false;
  }

  function reaches(state: string | null, demanded: string | null): boolean {
    if (state === demanded) return true;
    if (demanded === null || (state !== null && !demanded.startsWith(state))) return false;
    const length = state === null ? 0 : state.length;
    return appended.some((text) => demanded.startsWith(text, length));
  }

  function tells(
    before: string | null,
    after: string | null,
    operation: HistoryOperation,
  ): boolean {
    const certain = operation.outcome === 'ok';
    switch (operation.op) {
      case 'get':
        return reaches(after, operation.value as string | null);
      case 'cas':
        if (isRefused(operation)) return reaches(before, swap(operation)[0]);
        return (certain && operation.result === null) || reaches(after, swap(operation)[0]);
      case 'delete':
        if (!certain || operation.result === null) return false;
        return operation.result ? before === null : after === null;
      default:
        return false;
    }
  }

  return { demand, supply, reaches, tells, matters };
}

/** What a key is to the theory of registers; append depends on what was there. */
const like: RegisterLike = {
  demand,
  supply,
  exact({ op, outcome, result }) {
    if (op === 'append') return false;
    if (outcome !== 'ok' || op === 'get' || op === 'put') return true;
    return op === 'cas' ? result === true : result === null;
  },
  observes,
  allows: (operation, value) => step(value as string | null, operation) !== undefined,
};

const law = registerLaw(like);

function needs(operation: HistoryOperation): string {
  const value = operation.op === 'cas' ? swap(operation)[0] : operation.value;
  if (operation.op === 'delete') return isRefused(operation) ? 'be unset' : 'be set';
  if (operation.op === 'cas' && isRefused(operation)) {
    return value === null ? 'be set' : `not hold ${JSON.stringify(value)}`;
  }
  return value === null ? 'be unset' : `hold ${JSON.stringify(value)}`;
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isTextOrUnset = (value: unknown): boolean => value === null || isText(value);

/** Reads operations with these names. */
function reader(
  names: readonly string[],
): (operation: HistoryOperation) => HistoryOperation | string {
  return (operation) => {
    const { op, outcome, result, value } = operation;
    if (!names.includes(op)) return `expected \`op\` to be one of ${names.join(', ')}, got '${op}'`;
    if (op === 'get') {
      if (outcome !== 'ok') return { ...operation, value: null };
      return isTextOrUnset(value)
        ? operation
        : 'expected the `value` of get to be a string or null';
    }
    if (op === 'put' || op === 'append') {
      return isText(value) ? operation : `expected the \`value\` of ${op} to be a string`;
    }
    if (op === 'delete') return { ...operation, value: null };
    const fits = Array.isArray(value) && value.length === 2;
    if (!fits || !isTextOrUnset(value[0]) || !isText(value[1])) {
      return 'expected the `value` of cas to be [from, to], strings, and `from` perhaps null';
    }
    // What happened swapped, unless the file says otherwise.
    return outcome === 'ok' && result === null ? { ...operation, result: true } : operation;
  };
}

const shared = {
  noun: 'the key',
  step,
  observes,
  overwrites,
  silent: ({ op }: HistoryOperation) => op === 'put' || op === 'append',
  pruning,
  decide: (operations: readonly HistoryOperation[], initial: string | null) =>
    decideByZones(operations, initial, law),
  units: registerUnits(like),
  needs,
  describe: (state: string | null) =>
    state === null ? 'is unset' : `holds ${JSON.stringify(state)}`,
  aliases: { read: 'get', write: 'put' },
  readInitial: (given: unknown) => (isTextOrUnset(given) ? (given as string | null) : undefined),
  initials: 'a string, which every key starts with; null is unset',
} as const;

/** A string store with get, put, append, cas and delete; keys are independent and start unset. */
export const kv: NamedModel<string | null> = {
  ...shared,
  name: 'kv',
  summary: 'get, put v, append v, cas [from, to], delete, by key; strings, unset (null) at first',
  initial: null,
  read: reader(['get', 'put', 'append', 'cas', 'delete']),
};

/** A string store with get, put and append; keys are independent and start as "". */
export const kvAppend: NamedModel<string | null> = {
  ...shared,
  name: 'kv-append',
  summary: 'get, put v, append v, by key; strings, "" at first',
  initial: '',
  read: reader(['get', 'put', 'append']),
};
