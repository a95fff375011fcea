import type { HistoryLike, ShownOperation } from './clients-definition.ts';

/** How an operation ended, as codes of the `outcome` column. */
export const operationOpen = 0;
/** It happened, once, between its invocation and its completion. */
export const operationOk = 1;
/** It certainly had and will have no effect. */
export const operationFail = 2;
/** It may take effect at any later time, or never. */
export const operationInfo = 3;

/** How an operation ended; an open one counts as `info`. */
export type OperationOutcome = 'ok' | 'fail' | 'info';

const outcomeNames = ['info', 'ok', 'fail', 'info'] as const;

/** True time and step, as a world shows them. */
export interface TimeSource {
  readonly timeUs: number;
  readonly steps: number;
}

/** What a client asks for, told at invocation. */
export interface Invocation {
  /** One open operation per process; after an `info` the client goes on as another process. */
  readonly process: number;
  readonly operation: string;
  /** How the operation was meant (kind of value, of expectation, of read), for the coverage table. */
  readonly option: string;
  readonly consistency: string;
  readonly key: string;
  /** What is written; null for operations that write nothing. */
  readonly value: string | null;
  /** For cas: the value that must be there, null for unset; else null. */
  readonly expected: string | null;
}

/** What came of it. */
export interface Completion {
  readonly outcome: typeof operationOk | typeof operationFail | typeof operationInfo;
  /** For a read the value found. */
  readonly value: string | null;
  /** For cas whether it swapped, for delete whether the key was there. */
  readonly swapped: boolean;
  /** The service's position of the effect; 0: not told. */
  readonly index: number;
  /** Why, in the service's or the client's word, for the coverage table. */
  readonly reason: string;
}

/** An operation as history checkers take it. `src/checkers/history/operation.ts` says the same. */
export interface HistoryOperation {
  readonly process: number;
  readonly op: string;
  readonly key: string;
  /** For a read the answer, for cas `[from, to]`, else what is written. */
  readonly value: unknown;
  readonly result: boolean | null;
  readonly outcome: OperationOutcome;
  /** Position of the invocation among all events of the history. */
  readonly invokedAt: number;
  /** Position of the completion; Infinity when there is none. */
  readonly completedAt: number;
  /** The service's position of the effect, 0 when not told. */
  readonly hint: number;
  readonly timeUs: number;
}

/** Called with the index of the operation that was invoked or completed. */
export type OperationListener = (operation: number) => void;

/**
 * All that clients did in one run, by column: element i of each column belongs to operation i, in
 * order of invocation. It only grows. Clients write to it and never read it.
 */
export class History implements HistoryLike {
  readonly process: number[] = [];
  readonly operation: string[] = [];
  readonly option: string[] = [];
  readonly consistency: string[] = [];
  readonly key: string[] = [];
  readonly value: (string | null)[] = [];
  readonly expected: (string | null)[] = [];
  /** `operationOpen`, `operationOk`, `operationFail` or `operationInfo`. */
  readonly outcome: number[] = [];
  /** What a read found. */
  readonly found: (string | null)[] = [];
  readonly swapped: boolean[] = [];
  /** The service's position of the effect, 0 when not told. */
  readonly index: number[] = [];
  readonly reason: string[] = [];
  /** Phase of the run at invocation. */
  readonly phase: string[] = [];
  readonly invokedUs: number[] = [];
  readonly completedUs: number[] = [];
  readonly invokedStep: number[] = [];
  readonly completedStep: number[] = [];
  /** Positions among the events of this history; -1: not completed. */
  readonly invokedAt: number[] = [];
  readonly completedAt: number[] = [];
  /** Events in real-time order: 2 * operation for an invocation, 2 * operation + 1 for a completion. */
  readonly events: number[] = [];
  /** Other things worth counting (late duplicates, restarts), by name. */
  readonly notes: Map<string, number> = new Map();
  #world: TimeSource | undefined;
  #phase = 'form';
  readonly #invokeListeners: OperationListener[] = [];
  readonly #completeListeners: OperationListener[] = [];

  /** Operations invoked so far. */
  get length(): number {
    return this.process.length;
  }

  /** Takes times and steps from a world; without one, times are those of the clients' clocks. */
  attach(world: TimeSource): void {
    this.#world = world;
  }

  /** From now on operations are invoked in this phase of the run. */
  enterPhase(phase: string): void {
    this.#phase = phase;
  }

  /** Calls back right after each invocation is recorded. */
  onInvoke(listener: OperationListener): void {
    this.#invokeListeners.push(listener);
  }

  /** Calls back right after each completion is recorded: ok, fail and info. */
  onComplete(listener: OperationListener): void {
    this.#completeListeners.push(listener);
  }

  /**
   * Records an invocation.
   * @param clientUs the client's clock, used while no world is attached
   * @returns the operation's index
   */
  invoke(invocation: Invocation, clientUs: number): number {
    const operation = this.process.length;
    this.process.push(invocation.process);
    this.operation.push(invocation.operation);
    this.option.push(invocation.option);
    this.consistency.push(invocation.consistency);
    this.key.push(invocation.key);
    this.value.push(invocation.value);
    this.expected.push(invocation.expected);
    this.outcome.push(operationOpen);
    this.found.push(null);
    this.swapped.push(false);
    this.index.push(0);
    this.reason.push('');
    this.phase.push(this.#phase);
    this.invokedUs.push(this.#world === undefined ? clientUs : this.#world.timeUs);
    this.completedUs.push(-1);
    this.invokedStep.push(this.#world === undefined ? 0 : this.#world.steps);
    this.completedStep.push(-1);
    this.invokedAt.push(this.events.length);
    this.completedAt.push(-1);
    this.events.push(2 * operation);
    for (const listener of this.#invokeListeners) listener(operation);
    return operation;
  }

  /** Records how an open operation ended. Throws when it has ended before. */
  complete(operation: number, completion: Completion, clientUs: number): void {
    if (this.outcome[operation] !== operationOpen) {
      throw new RangeError(`operation ${operation} is not open`);
    }
    this.outcome[operation] = completion.outcome;
    this.found[operation] = completion.value;
    this.swapped[operation] = completion.swapped;
    this.index[operation] = completion.index;
    this.reason[operation] = completion.reason;
    this.completedUs[operation] = this.#world === undefined ? clientUs : this.#world.timeUs;
    this.completedStep[operation] = this.#world === undefined ? 0 : this.#world.steps;
    this.completedAt[operation] = this.events.length;
    this.events.push(2 * operation + 1);
    for (const listener of this.#completeListeners) listener(operation);
  }

  /** Counts something that is no operation, together with the phase of the run. */
  note(name: string): void {
    const label = `${name}/${this.#phase}`;
    this.notes.set(label, (this.notes.get(label) ?? 0) + 1);
  }

  /** Name of an operation's outcome; an open one is `info`. */
  outcomeName(operation: number): OperationOutcome {
    return outcomeNames[this.outcome[operation]!]!;
  }

  /**
   * The operations as checkers take them, in order of invocation.
   * @param consistency only operations of this kind; default: linearizable ones
   */
  operations(consistency: string = 'linearizable'): HistoryOperation[] {
    const result: HistoryOperation[] = [];
    for (let i = 0; i < this.process.length; i++) {
      if (this.consistency[i] === consistency) result.push(this.at(i));
    }
    return result;
  }

  /** One operation as checkers take it, whatever its consistency. */
  at(i: number): HistoryOperation {
    const outcome = outcomeNames[this.outcome[i]!]!;
    const answered = outcome === 'ok';
    const hasResult = answered && (this.operation[i] === 'cas' || this.operation[i] === 'delete');
    return {
      process: this.process[i]!,
      op: this.operation[i]!,
      key: this.key[i]!,
      value: this.#valueAt(i, answered),
      result: hasResult ? this.swapped[i]! : null,
      outcome,
      invokedAt: this.invokedAt[i]!,
      completedAt: this.completedAt[i] === -1 ? Number.POSITIVE_INFINITY : this.completedAt[i]!,
      hint: this.index[i]!,
      timeUs: this.invokedUs[i]!,
    };
  }

  #valueAt(i: number, answered: boolean): unknown {
    if (this.operation[i] === 'cas') return [this.expected[i], this.value[i]];
    if (this.operation[i] === 'get') return answered ? this.found[i] : null;
    return this.value[i];
  }

  /** All operations, whatever their consistency, ready to be drawn. */
  shown(): ShownOperation[] {
    return this.process.map((_, i) => this.shownAt(i));
  }

  /** One operation, ready to be drawn. */
  shownAt(i: number): ShownOperation {
    const isOpen = this.outcome[i] === operationOpen;
    return {
      process: this.process[i]!,
      operation: this.operation[i]!,
      key: this.key[i]!,
      asked: this.#askedAt(i),
      answer: isOpen ? '' : this.#answerAt(i),
      outcome: isOpen ? 'open' : this.outcomeName(i),
      consistency: this.consistency[i]!,
      phase: this.phase[i]!,
      invokedUs: this.invokedUs[i]!,
      completedUs: isOpen ? null : this.completedUs[i]!,
      invokedStep: this.invokedStep[i]!,
      completedStep: isOpen ? null : this.completedStep[i]!,
    };
  }

  #askedAt(i: number): string {
    const value = textOf(this.value[i]!);
    if (this.operation[i] === 'cas') return `${textOf(this.expected[i]!)} to ${value}`;
    return this.value[i] === null ? '' : value;
  }

  #answerAt(i: number): string {
    if (this.outcome[i] !== operationOk) return this.reason[i]!;
    if (this.operation[i] === 'get') return textOf(this.found[i]!);
    if (this.operation[i] === 'cas') return this.swapped[i] ? 'swapped' : 'refused';
    if (this.operation[i] === 'delete') return this.swapped[i] ? 'deleted' : 'was unset';
    return '';
  }

  /**
   * The history as JSON lines in real-time order: one object per invocation and per completion.
   * @param consistency only operations of this kind; default: linearizable ones
   */
  toJsonl(consistency: string = 'linearizable'): string {
    const lines: string[] = [];
    for (const event of this.events) {
      const i = event >> 1;
      if (this.consistency[i] !== consistency) continue;
      const completion = (event & 1) === 1;
      const outcome = outcomeNames[this.outcome[i]!]!;
      const answered = completion && outcome === 'ok';
      const op = this.operation[i]!;
      const result = answered && (op === 'cas' || op === 'delete') ? this.swapped[i] : undefined;
      lines.push(
        JSON.stringify({
          process: this.process[i],
          type: completion ? outcome : 'invoke',
          op,
          key: this.key[i],
          value: this.#valueAt(i, answered),
          result,
          hint: answered && this.index[i]! > 0 ? this.index[i] : undefined,
          time: completion ? this.completedUs[i] : this.invokedUs[i],
        }),
      );
    }
    return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
  }
}

/** A value as a person reads it in a line; long ones are cut. */
function textOf(value: string | null): string {
  if (value === null) return 'unset';
  const most = 40;
  const cut = value.length <= most ? value : `${value.slice(0, most)}... (${value.length})`;
  return JSON.stringify(cut);
}
