import { eventTypes, type HistoryEvent } from './history-builder.ts';
import { HistoryFormatError } from './history-format-error.ts';

type Fields = Partial<Record<keyof HistoryEvent, unknown>>;

/**
 * One event of a history in JSON lines; undefined for one that is no client's, such as a nemesis's.
 * @throws HistoryFormatError when the line is none
 */
export function eventOfJson(text: string, line: number): HistoryEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HistoryFormatError(line, 'is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HistoryFormatError(line, 'is not a JSON object');
  }
  return eventOf(value, line);
}

/**
 * Checks the fields of an event.
 * @throws HistoryFormatError when one is missing or wrong
 */
export function eventOf(fields: Fields, line: number): HistoryEvent | undefined {
  const { process, type, op, key, value, result, hint, time } = fields;
  if (process === 'nemesis') return undefined;
  const need = (condition: boolean, name: string, what: string, got: unknown): void => {
    if (condition) return;
    const found = got === undefined ? 'there is none' : `got ${JSON.stringify(got)}`;
    throw new HistoryFormatError(line, `expected \`${name}\` to be ${what}, ${found}`);
  };
  need(Number.isSafeInteger(process), 'process', 'an integer', process);
  need(eventTypes.includes(type as string), 'type', `one of ${eventTypes.join(', ')}`, type);
  need(typeof op === 'string', 'op', 'a string', op);
  const isKey = key === undefined || key === null || typeof key === 'string' || isNumber(key);
  need(isKey, 'key', 'a string', key);
  const isResult = result === undefined || result === null || typeof result === 'boolean';
  need(isResult, 'result', 'true or false', result);
  return {
    process: process as number,
    type: type as HistoryEvent['type'],
    op: op as string,
    key: key === undefined || key === null ? undefined : String(key),
    value,
    result: (result as boolean | null | undefined) ?? null,
    hint: isNumber(hint) && hint > 0 ? hint : 0,
    time: isNumber(time) ? time : undefined,
    line,
  };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}
