import type { RaftHost, ReadOutcome } from './replicated-machine.ts';

type Done = (outcome: ReadOutcome) => void;

/**
 * Asks Raft whether this node still leads, for many at once: what comes while a question is under way
 * waits for the next one, as the answer speaks only for what came before the question.
 */
export class FreshReads {
  private readonly host: Pick<RaftHost, 'read'>;
  private waiting: Done[] = [];
  private asking = false;

  constructor(host: Pick<RaftHost, 'read'>) {
    this.host = host;
  }

  /** Calls back once: `fresh` when this node led after the call. */
  ask(done: Done): void {
    this.waiting.push(done);
    if (!this.asking) this.next();
  }

  private next(): void {
    const batch = this.waiting;
    if (batch.length === 0) return;
    this.waiting = [];
    this.asking = true;
    this.host.read((outcome) => {
      this.asking = false;
      for (const done of batch) done(outcome);
      this.next();
    });
  }
}
