import type { NamedModel } from '../model.ts';
import type { HistoryOperation } from '../operation.ts';
import { ValueTable } from '../values.ts';
import { HistoryFormatError } from './history-format-error.ts';

/** One event of a history, as a file has it. */
export interface HistoryEvent {
  readonly process: number;
  readonly type: 'invoke' | 'ok' | 'fail' | 'info';
  readonly op: string;
  readonly key: string | undefined;
  /** Undefined when the event has none: then the operation keeps the one of its invocation. */
  readonly value: unknown;
  readonly result: boolean | null;
  /** See `HistoryOperation`. */
  readonly hint: number;
  readonly time: number | undefined;
  readonly line: number;
}

interface OpenOperation {
  readonly event: HistoryEvent;
  readonly invokedAt: number;
}

/** Types of events. */
export const eventTypes: readonly string[] = ['invoke', 'ok', 'fail', 'info'];

/**
 * Makes operations out of events in real-time order: `invoke` and then `ok`, `fail` or `info`, one
 * open operation per process. What is never completed is `info`.
 */
export class HistoryBuilder {
  readonly #model: NamedModel | undefined;
  readonly #values = new ValueTable();
  readonly #open: Map<number, OpenOperation> = new Map();
  readonly #operations: HistoryOperation[] = [];
  #at = 0;

  /** @param model whose operations they must be; default: any operations, as they are */
  constructor(model?: NamedModel) {
    this.#model = model;
  }

  /** @throws HistoryFormatError when the event cannot be the next one */
  add(event: HistoryEvent): void {
    const { line, process } = event;
    const invoked = this.#open.get(process);
    if (event.type === 'invoke') {
      if (invoked !== undefined) {
        const since = `\`${invoked.event.op}\`, since line ${invoked.event.line}`;
        throw new HistoryFormatError(line, `process ${process} has an operation open (${since})`);
      }
      this.#open.set(process, { event, invokedAt: this.#at });
    } else {
      if (invoked === undefined || invoked.event.op !== event.op) {
        throw new HistoryFormatError(line, `process ${process} has no \`${event.op}\` open`);
      }
      this.#open.delete(process);
      this.#operations.push(this.#completed(invoked, event));
    }
    this.#at++;
  }

  /** All operations, by invocation. */
  finish(): HistoryOperation[] {
    for (const open of this.#open.values()) this.#operations.push(this.#completed(open, undefined));
    this.#open.clear();
    return this.#operations.sort((a, b) => a.invokedAt - b.invokedAt);
  }

  #completed({ event, invokedAt }: OpenOperation, end: HistoryEvent | undefined): HistoryOperation {
    const answer = end?.type === 'ok' ? end : undefined;
    const value = answer?.value === undefined ? (event.value ?? null) : answer.value;
    const operation: HistoryOperation = {
      process: event.process,
      op: this.#model?.aliases?.[event.op] ?? event.op,
      key: event.key ?? '',
      value: this.#values.intern(value),
      result: answer?.result ?? null,
      outcome: end === undefined || end.type === 'invoke' ? 'info' : end.type,
      invokedAt,
      completedAt: end === undefined ? Number.POSITIVE_INFINITY : this.#at,
      hint: answer?.hint ?? 0,
      origin: { line: event.line, endLine: end?.line, time: event.time, endTime: end?.time },
    };
    return this.#ofModel(operation, event, end?.line);
  }

  #ofModel(
    operation: HistoryOperation,
    event: HistoryEvent,
    endLine: number | undefined,
  ): HistoryOperation {
    if (this.#model === undefined) return operation;
    const certain = operation.outcome === 'ok';
    const read = this.#model.read(certain ? operation : { ...operation, outcome: 'info' });
    if (typeof read !== 'string') {
      const value = this.#values.intern(read.value);
      return { ...read, outcome: operation.outcome, value };
    }
    // Blame the invocation for what was wrong from the beginning.
    const asked = this.#values.intern(event.value ?? null);
    const early = this.#model.read({ ...operation, value: asked, result: null, outcome: 'info' });
    const line = typeof early === 'string' ? event.line : (endLine ?? event.line);
    throw new HistoryFormatError(line, typeof early === 'string' ? early : read);
  }
}
