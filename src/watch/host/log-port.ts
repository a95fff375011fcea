import { LogReader } from '../follow/read-logs.ts';
import type { FromSession, SessionPort, WatchCommand } from '../protocol.ts';
import { Mailbox } from './mailbox.ts';

const everyMs = 500;

/** How to follow a directory. */
export interface LogPortOptions {
  readonly directory: string;
  /** Starts a session on a case file. May throw a UsageError. */
  readonly open: (path: string) => Promise<SessionPort>;
}

/** Follows a directory of logs; drills down into a finding by a session of its own. */
export function logPort(options: LogPortOptions): SessionPort {
  return new LogPort(options);
}

class LogPort implements SessionPort {
  readonly #options: LogPortOptions;
  readonly #reader: LogReader;
  readonly #mailbox = new Mailbox();
  readonly #timer: NodeJS.Timeout;
  #inner: SessionPort | undefined;
  #isOpening = false;
  #isOver = false;
  #told = '';
  /** Why the last finding could not be opened. */
  #trouble: string | undefined;

  constructor(options: LogPortOptions) {
    this.#options = options;
    this.#reader = new LogReader(options.directory);
    this.#timer = setInterval(() => this.#look(), everyMs);
    this.#look();
  }

  send(command: WatchCommand): void {
    if (command.kind === 'quit') {
      this.#tell({ kind: 'ended', exitCode: 0 });
      this.#isOver = true;
    } else if (command.kind === 'leave') void this.#leave();
    else if (command.kind === 'open') void this.#open(command.path);
    else this.#inner?.send(command);
  }

  listen(listener: (message: FromSession) => void): void {
    this.#mailbox.listen(listener);
  }

  async close(): Promise<void> {
    this.#isOver = true;
    clearInterval(this.#timer);
    await this.#inner?.close();
  }

  #look(): void {
    if (this.#inner !== undefined || this.#isOver) return;
    const read = this.#reader.read();
    const trouble = this.#trouble === undefined ? [] : [this.#trouble];
    const snapshot = { ...read, troubles: [...trouble, ...read.troubles] };
    const text = JSON.stringify(snapshot);
    if (text === this.#told) return;
    this.#told = text;
    this.#tell({ kind: 'snapshot', snapshot });
  }

  async #open(path: string): Promise<void> {
    if (this.#inner !== undefined || this.#isOpening) return;
    this.#isOpening = true;
    this.#trouble = undefined;
    try {
      const inner = await this.#options.open(path);
      if (this.#isOver) {
        await inner.close();
        return;
      }
      this.#inner = inner;
      inner.listen((message) => {
        // A finding that cannot be run does not end the following of the others.
        if (message.kind === 'snapshot') this.#tell(message);
        else void this.#leave(message.kind === 'failed' ? `${path}: ${message.text}` : undefined);
      });
    } catch (error) {
      this.#trouble = `${path}: ${error instanceof Error ? error.message : String(error)}`;
      this.#look();
    } finally {
      this.#isOpening = false;
    }
  }

  async #leave(trouble?: string): Promise<void> {
    const inner = this.#inner;
    this.#inner = undefined;
    this.#trouble = trouble;
    this.#told = '';
    this.#look();
    await inner?.close();
  }

  #tell(message: FromSession): void {
    if (!this.#isOver) this.#mailbox.tell(message);
  }
}
