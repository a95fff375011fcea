import type { CaseFile } from '../record/case-file.ts';
import { HarnessFault } from '../record/harness-fault.ts';
import type { TraceEvent } from '../record/trace-event.ts';
import { UsageError } from '../record/usage-error.ts';
import type { RunInput, RunOptions, RunResult, ScenarioReference } from './run-contract.ts';
import type { SeedOptions, SeedReport } from './seed-report.ts';
import type { Tried, TryOptions } from './shrink/tried.ts';
import type { StepStream } from './step-stream.ts';

/** Options of a run that can be sent to a worker. */
export type PlainRunOptions = Omit<
  RunOptions,
  'onEvent' | 'onChoice' | 'onHistory' | 'observer' | 'onSlice' | 'signal' | 'pulse'
>;

/** What a worker is started with. */
export interface WorkerSetup {
  readonly reference: ScenarioReference;
  /** The pulse of its runs: see `pulse.ts`. */
  readonly pulse: SharedArrayBuffer;
}

/** What a worker is asked to do. */
export type WorkerTask =
  | { readonly type: 'seeds'; readonly seeds: readonly number[]; readonly options: SeedOptions }
  | {
      readonly type: 'run';
      readonly input: RunInput;
      readonly options: PlainRunOptions;
      readonly events: boolean;
    }
  | { readonly type: 'steps'; readonly input: RunInput; readonly options: PlainRunOptions }
  | { readonly type: 'try'; readonly file: CaseFile; readonly options: TryOptions };

/** What a worker answers, piece by piece; `done` or `failed` is the last piece. */
export type WorkerAnswer =
  | { readonly type: 'seed'; readonly report: SeedReport }
  | { readonly type: 'events'; readonly events: readonly TraceEvent[] }
  | { readonly type: 'result'; readonly result: RunResult }
  | { readonly type: 'steps'; readonly stream: StepStream }
  | { readonly type: 'tried'; readonly tried: Tried }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly error: PlainError };

/** An error without its class, which does not survive the way between threads. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly what?: string;
  readonly where?: string;
  readonly hint?: string;
  readonly seed?: number;
  readonly details?: readonly string[];
}

export function toPlainError(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: '' };
  const { name, message, stack = '' } = error;
  if (error instanceof UsageError) {
    return { name, message, stack, what: error.what, where: error.where, hint: error.hint };
  }
  if (error instanceof HarnessFault) {
    const { seed, details } = error;
    return { name, message, stack, details, ...(seed === undefined ? {} : { seed }) };
  }
  return { name, message, stack };
}

export function fromPlainError(plain: PlainError): Error {
  if (plain.name === 'UsageError') {
    return new UsageError(plain.what ?? plain.message, plain.where, plain.hint);
  }
  const details = plain.details ?? plain.stack.split('\n').slice(1, 8);
  return new HarnessFault(plain.message, { seed: plain.seed, details });
}
