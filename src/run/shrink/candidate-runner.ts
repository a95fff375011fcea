import type { CaseFile } from '../../record/case-file.ts';
import type { ScenarioReference } from '../run-contract.ts';
import type { Scenario } from '../scenario-contract.ts';
import { unfinishedResult } from '../seed-report.ts';
import { installTrap } from '../trap.ts';
import { WorkerLost, WorkerSlot } from '../worker-slot.ts';
import { type Tried, type TryOptions, triedOf, troubled, tryCase } from './tried.ts';

/** Runs candidates, several at once. */
export interface CandidateRunner {
  /** How many run side by side. */
  readonly width: number;
  try(file: CaseFile, options: TryOptions): Promise<Tried>;
  /** Ends what is running; candidates after that come back at once, as not failing. */
  close(): Promise<void>;
}

/** Candidates in the calling thread, one after the other: for scenarios without a module. */
export function inlineRunner(scenario: Scenario): CandidateRunner {
  installTrap();
  const controller = new AbortController();
  let last: Promise<unknown> = Promise.resolve();
  return {
    width: 1,
    try(file, options) {
      const { signal } = controller;
      const next = last.then(() =>
        signal.aborted ? troubled('stopped') : tryCase(scenario, file, options, { signal }),
      );
      last = next.catch(() => {});
      return next;
    },
    async close() {
      controller.abort();
      await last;
    },
  };
}

/** Candidates in worker threads, so that a handler that never returns costs a worker and no more. */
export class WorkerRunner implements CandidateRunner {
  readonly width: number;
  readonly #reference: ScenarioReference;
  readonly #watchdogMs: number;
  readonly #slots: readonly WorkerSlot[];
  readonly #free: WorkerSlot[];
  readonly #waiting: ((slot: WorkerSlot) => void)[] = [];
  #closed = false;

  constructor(reference: ScenarioReference, jobs: number, watchdogMs: number) {
    this.#reference = reference;
    this.#watchdogMs = watchdogMs;
    this.width = jobs;
    this.#slots = Array.from(
      { length: jobs },
      () => new WorkerSlot(this.#reference, this.#watchdogMs),
    );
    this.#free = [...this.#slots];
  }

  async try(file: CaseFile, options: TryOptions): Promise<Tried> {
    const slot = this.#free.shift() ?? (await this.#nextFree());
    let tried: Tried | undefined;
    try {
      if (this.#closed) return troubled('stopped');
      await slot.do({ type: 'try', file, options }, (piece) => {
        if (piece.type === 'tried') tried = piece.tried;
      });
    } catch (error) {
      if (!(error instanceof WorkerLost)) throw error;
      tried = triedOf(unfinishedResult(file, error.how, error.message, error.steps));
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(slot);
      else next(slot);
    }
    return tried ?? troubled('stopped');
  }

  #nextFree(): Promise<WorkerSlot> {
    return new Promise((give) => this.#waiting.push(give));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#slots.map((slot) => slot.close()));
  }
}
