import { Worker } from 'node:worker_threads';
import type { RunInput, ScenarioReference } from '../../run/run-contract.ts';
import { moduleUrl } from '../../run/running-copy.ts';
import type { FromSession, SessionPort, ToSession, WatchCommand } from '../protocol.ts';
import { Mailbox } from './mailbox.ts';
import type { WatchSetup } from './watch-setup.ts';

const checkEveryMs = 500;

/** How a session is started. */
export interface WorkerPortOptions {
  readonly reference: ScenarioReference;
  readonly input: RunInput;
  /** Milliseconds that one slice may take before its handler counts as hung; default 20,000. */
  readonly watchdogMs?: number;
}

/** Starts a session in a thread of its own, watched from outside. */
export function workerPort(options: WorkerPortOptions): SessionPort {
  return new WorkerPort(options);
}

class WorkerPort implements SessionPort {
  readonly #worker: Worker;
  readonly #words: Int32Array;
  readonly #mailbox = new Mailbox();
  readonly #watch: NodeJS.Timeout;
  #isOver = false;

  constructor({ reference, input, watchdogMs = 20_000 }: WorkerPortOptions) {
    const pulse = new SharedArrayBuffer(8);
    this.#words = new Int32Array(pulse);
    const setup: WatchSetup = { reference, input, pulse };
    this.#worker = new Worker(moduleUrl('src/watch/host/worker'), { workerData: setup });
    this.#worker.on('message', (message: FromSession) => {
      this.#tell(message);
      if (message.kind === 'snapshot' && !this.#isOver) this.#post({ kind: 'seen' });
    });
    this.#worker.on('error', (error: Error) => {
      const details = (error.stack ?? '').split('\n').slice(1, 8);
      this.#tell({
        kind: 'failed',
        text: `the simulation died: ${error.message}`,
        details,
        exitCode: 70,
      });
    });
    this.#worker.on('exit', (code) => {
      const text = `the thread of the simulation ended with code ${code}`;
      this.#tell({ kind: 'failed', text, details: [], exitCode: 70 });
    });
    this.#watch = this.#watchOver(watchdogMs);
  }

  send(command: WatchCommand): void {
    this.#post({ kind: 'command', command });
  }

  listen(listener: (message: FromSession) => void): void {
    this.#mailbox.listen(listener);
  }

  async close(): Promise<void> {
    this.#isOver = true;
    clearInterval(this.#watch);
    await this.#worker.terminate();
  }

  #post(message: ToSession): void {
    if (!this.#isOver) this.#worker.postMessage(message);
  }

  #tell(message: FromSession): void {
    if (this.#isOver) return;
    if (message.kind !== 'snapshot') {
      this.#isOver = true;
      clearInterval(this.#watch);
    }
    this.#mailbox.tell(message);
  }

  /** A handler that never returns cannot be asked anything; the thread is ended. */
  #watchOver(watchdogMs: number): NodeJS.Timeout {
    let last = -1;
    let quietMs = 0;
    return setInterval(() => {
      const beats = Atomics.load(this.#words, 0);
      const isWorking = Atomics.load(this.#words, 1) === 1;
      quietMs = isWorking && beats === last ? quietMs + checkEveryMs : 0;
      last = beats;
      if (quietMs < watchdogMs) return;
      const text = `a handler did not return within ${watchdogMs / 1_000} s: rung I1 is broken`;
      this.#tell({ kind: 'failed', text, details: [], exitCode: 1 });
      void this.close();
    }, checkEveryMs);
  }
}
