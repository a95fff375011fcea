import type {
  FromSession,
  LogSnapshot,
  SessionPort,
  WatchCommand,
  WatchSnapshot,
} from '../../src/watch/protocol.ts';

/** A session that shows what it is told to, and remembers what it was asked for. */
export class FixturePort implements SessionPort {
  readonly commands: WatchCommand[] = [];
  closed = false;
  #listener: ((message: FromSession) => void) | undefined;
  readonly #waiting: FromSession[] = [];

  constructor(snapshot?: WatchSnapshot | LogSnapshot) {
    if (snapshot !== undefined) this.say({ kind: 'snapshot', snapshot });
  }

  send(command: WatchCommand): void {
    this.commands.push(command);
    if (command.kind === 'quit') this.say({ kind: 'ended', exitCode: 0 });
  }

  listen(listener: (message: FromSession) => void): void {
    this.#listener = listener;
    for (const message of this.#waiting.splice(0)) listener(message);
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  /** Says something to the screen. */
  say(message: FromSession): void {
    if (this.#listener === undefined) this.#waiting.push(message);
    else this.#listener(message);
  }
}
