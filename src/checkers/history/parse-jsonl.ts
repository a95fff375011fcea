import type { HistoryOperation } from './operation.ts';

/** A history that cannot be read, with the line (from 1) that is wrong. */
export class HistoryFormatError extends Error {
  override readonly name = 'HistoryFormatError';
  readonly line: number;

  constructor(line: number, problem: string) {
    super(`line ${line}: ${problem}`);
    this.line = line;
  }
}

interface OpenOperation {
  readonly process: number;
  readonly op: string;
  readonly key: string;
  readonly value: unknown;
  readonly invokedAt: number;
}

interface EventLine {
  readonly process: number;
  readonly type: 'invoke' | 'ok' | 'fail' | 'info';
  readonly op: string;
  readonly key?: string;
  readonly value?: unknown;
  readonly result?: boolean;
}

function readLine(text: string, line: number): EventLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HistoryFormatError(line, 'is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HistoryFormatError(line, 'is not a JSON object');
  }
  const event = value as Partial<Record<keyof EventLine, unknown>>;
  if (!Number.isSafeInteger(event.process)) {
    throw new HistoryFormatError(line, 'expected `process` to be an integer');
  }
  if (!['invoke', 'ok', 'fail', 'info'].includes(event.type as string)) {
    throw new HistoryFormatError(line, 'expected `type` to be one of invoke, ok, fail, info');
  }
  if (typeof event.op !== 'string') {
    throw new HistoryFormatError(line, 'expected `op` to be a string');
  }
  if (event.key !== undefined && typeof event.key !== 'string') {
    throw new HistoryFormatError(line, 'expected `key` to be a string');
  }
  if (event.result !== undefined && typeof event.result !== 'boolean') {
    throw new HistoryFormatError(line, 'expected `result` to be true or false');
  }
  return event as EventLine;
}

function completed(open: OpenOperation, event: EventLine, at: number): HistoryOperation {
  const ok = event.type === 'ok';
  return {
    ...open,
    value: ok && event.value !== undefined ? event.value : open.value,
    result: ok ? (event.result ?? null) : null,
    outcome: event.type === 'invoke' ? 'info' : event.type,
    completedAt: at,
  };
}

/**
 * Reads a history: one JSON object a line, in real-time order, `invoke` and then `ok`, `fail` or
 * `info` per operation, one open operation per process. What is never completed is `info`.
 * @throws HistoryFormatError on anything else
 */
export function parseJsonl(text: string): HistoryOperation[] {
  const operations: HistoryOperation[] = [];
  const open = new Map<number, OpenOperation>();
  let at = 0;
  text.split('\n').forEach((lineText, index) => {
    if (lineText.trim() === '') return;
    const line = index + 1;
    const event = readLine(lineText, line);
    const { process, op } = event;
    const invoked = open.get(process);
    if (event.type === 'invoke') {
      if (invoked !== undefined) {
        throw new HistoryFormatError(line, `process ${process} has an operation open already`);
      }
      const value = event.value ?? null;
      open.set(process, { process, op, key: event.key ?? '', value, invokedAt: at });
    } else {
      if (invoked === undefined || invoked.op !== op) {
        throw new HistoryFormatError(line, `process ${process} has no \`${op}\` open`);
      }
      open.delete(process);
      operations.push(completed(invoked, event, at));
    }
    at++;
  });
  for (const left of open.values()) {
    const completedAt = Number.POSITIVE_INFINITY;
    operations.push({ ...left, result: null, outcome: 'info', completedAt });
  }
  return operations.sort((a, b) => a.invokedAt - b.invokedAt);
}
