import type { Model } from '../model.ts';
import type { HistoryOperation } from '../operation.ts';

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

function observes(operation: HistoryOperation): boolean {
  if (operation.op === 'get') return true;
  const refused = operation.outcome === 'ok' && operation.result === false;
  return refused && (operation.op === 'cas' || operation.op === 'delete');
}

function overwrites(operation: HistoryOperation): boolean {
  if (operation.op === 'put') return true;
  return operation.op === 'delete' && (operation.outcome !== 'ok' || operation.result === null);
}

const part = (operation: HistoryOperation): string => operation.key;

/** A string store with get, put, append, cas and delete; keys are independent and start unset. */
export const kv: Model<string | null> = {
  name: 'kv',
  initial: null,
  step,
  part,
  observes,
  overwrites,
};

/** A string store with get, put and append; keys are independent and start as "". */
export const kvAppend: Model<string | null> = {
  name: 'kv-append',
  initial: '',
  step,
  part,
  observes,
  overwrites,
};
