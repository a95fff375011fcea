import type { Message } from './message.ts';
import type { SentMessage, Step, StepCause } from './observer.ts';

/** A message in the outbox of the step that is running. Reused. */
export class OutboxEntry implements SentMessage {
  to = 0;
  port = 'main';
  message: Message;
  /** In paranoid mode, the bytes of the message when it was handed over. */
  frame: Uint8Array | undefined;

  constructor(message: Message) {
    this.message = message;
  }
}

/** The one `Step` of a world. */
export class StepRecord implements Step {
  index = 0;
  timeUs = 0;
  cause: StepCause = 'start';
  node = 0;
  incarnation = 0;
  state: unknown = undefined;
  before: unknown = undefined;
  after: unknown = undefined;
  received: Message | undefined = undefined;
  from = -1;
  readonly sent: OutboxEntry[] = [];
  sentCount = 0;

  /** Adds a message to the outbox of this step. */
  post(to: number, port: string, message: Message): OutboxEntry {
    let entry = this.sent[this.sentCount];
    if (entry === undefined) {
      entry = new OutboxEntry(message);
      this.sent.push(entry);
    }
    this.sentCount++;
    entry.to = to;
    entry.port = port;
    entry.message = message;
    entry.frame = undefined;
    return entry;
  }
}
