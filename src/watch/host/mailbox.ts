import type { FromSession } from '../protocol.ts';

/** Keeps what is told until somebody listens; of snapshots only the last. */
export class Mailbox {
  #listener: ((message: FromSession) => void) | undefined;
  #waiting: FromSession[] = [];

  listen(listener: (message: FromSession) => void): void {
    this.#listener = listener;
    for (const message of this.#waiting.splice(0)) listener(message);
  }

  tell(message: FromSession): void {
    if (this.#listener !== undefined) {
      this.#listener(message);
      return;
    }
    if (message.kind === 'snapshot') {
      this.#waiting = this.#waiting.filter(({ kind }) => kind !== 'snapshot');
    }
    this.#waiting.push(message);
  }
}
