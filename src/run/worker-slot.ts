import { Worker } from 'node:worker_threads';
import { HarnessFault } from '../record/harness-fault.ts';
import { type Pulse, placeOf, pulseBytes } from './pulse.ts';
import type { ScenarioReference } from './run-contract.ts';
import { moduleUrl } from './running-copy.ts';
import {
  fromPlainError,
  type WorkerAnswer,
  type WorkerSetup,
  type WorkerTask,
} from './worker-protocol.ts';

const loadingMs = 60_000;
const checkEveryMs = 250;

/** The worker showed no sign of life for too long, or died; what it was doing is lost. */
export class WorkerLost extends Error {
  override readonly name = 'WorkerLost';
  /** Hung: in a handler of a component. Died: nothing is known of the component. */
  readonly how: 'hung' | 'died';
  /** Steps of the run that it was last heard of. */
  readonly steps: number;

  constructor(how: 'hung' | 'died', message: string, steps: number) {
    super(message);
    this.how = how;
    this.steps = steps;
  }
}

/** A worker thread that does one task at a time, watched from outside. */
export class WorkerSlot {
  readonly #reference: ScenarioReference;
  readonly #watchdogMs: number;
  #worker: Worker | undefined;
  #words: Pulse = new Int32Array(pulseBytes / 4);
  /** Ends the wait of the task that is running. */
  #abandon: (() => void) | undefined;

  constructor(reference: ScenarioReference, watchdogMs: number) {
    this.#reference = reference;
    this.#watchdogMs = watchdogMs;
  }

  /**
   * Does a task, starting a worker if there is none.
   * @throws WorkerLost when it hangs or dies; the slot can be used again, with a new worker
   * @throws HarnessFault when neither a handler nor a check hangs, but the world itself
   */
  async do(task: WorkerTask, onPiece: (piece: WorkerAnswer) => void): Promise<void> {
    const worker = this.#worker ?? this.#start();
    let watch: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#abandon = resolve;
        worker.removeAllListeners();
        worker.on('message', (piece: WorkerAnswer) => {
          if (piece.type === 'done') resolve();
          else if (piece.type === 'failed') reject(fromPlainError(piece.error));
          else onPiece(piece);
        });
        const died = (why: string): void => {
          this.#worker = undefined;
          reject(new WorkerLost('died', why, this.#words[1]!));
        };
        worker.on('error', (error) => died(`the worker died: ${error.message}`));
        worker.on('exit', (code) => died(`the worker died with exit code ${code}`));
        watch = this.#watch(reject);
        worker.postMessage(task);
      });
    } finally {
      clearInterval(watch);
      this.#abandon = undefined;
    }
  }

  /** Ends the worker, whatever it is doing; a task that is running ends without an answer. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#abandon?.();
    worker?.removeAllListeners();
    worker?.on('error', () => {});
    await worker?.terminate();
  }

  #start(): Worker {
    const pulse = new SharedArrayBuffer(pulseBytes);
    this.#words = new Int32Array(pulse);
    const setup: WorkerSetup = { reference: this.#reference, pulse };
    const worker = new Worker(moduleUrl('src/run/worker'), { workerData: setup });
    this.#worker = worker;
    return worker;
  }

  #whatHangs(): Error {
    const seconds = Math.round(this.#watchdogMs / 100) / 10;
    const step = this.#words[1]!;
    const place = placeOf(this.#words);
    if (place === 'handler') {
      return new WorkerLost('hung', `a handler did not return within ${seconds} s`, step);
    }
    if (place === 'checks') {
      return new WorkerLost('died', `the checks of step ${step} took over ${seconds} s`, step);
    }
    return new HarnessFault(`the world found no step after step ${step} within ${seconds} s`);
  }

  /** Changes with each slice and each step. */
  #signs(): number {
    return Atomics.load(this.#words, 0) + Atomics.load(this.#words, 1);
  }

  #watch(reject: (error: Error) => void): NodeJS.Timeout {
    let last = this.#signs();
    let quietMs = 0;
    let before = performance.now();
    return setInterval(() => {
      const beats = Atomics.load(this.#words, 0);
      const signs = this.#signs();
      const now = performance.now();
      // A pause of this thread is no silence of the other one.
      quietMs = signs === last ? quietMs + Math.min(now - before, 2 * checkEveryMs) : 0;
      before = now;
      last = signs;
      // Before its first beat it loads modules, which may take long on a machine that is busy.
      if (quietMs < (beats === 0 ? Math.max(loadingMs, this.#watchdogMs) : this.#watchdogMs))
        return;
      // First the verdict: closing ends the task without one.
      reject(this.#whatHangs());
      void this.close();
    }, checkEveryMs);
  }
}
