import type { Env } from '../../../sim/env.ts';
import type { NodeId } from '../../../sim/message.ts';
import type { BlocksRead, BytesWritten, DataMessage, PartPut } from '../messages/data-messages.ts';
import type { StorageWireMessage } from '../messages/storage-codec.ts';

/** What a chunkserver is answered. */
export type DataAnswer = BlocksRead | BytesWritten | PartPut;
type Request = Exclude<DataMessage, DataAnswer>;

/** Undefined: no answer came in time. */
type Answered = (answer: DataAnswer | undefined) => void;

interface Open {
  readonly to: NodeId;
  readonly untilUs: number;
  readonly done: Answered;
}

/** Numbers of one life are apart from those of others by much more than a life may use. */
const lives = 0x4000_0000;
const perLife = 0x40_0000;

/** Questions to other chunkservers, each answered once: by an answer or by the end of its time. */
export class Requests {
  private readonly env: Env<StorageWireMessage>;
  private readonly tickUs: number;
  private readonly open: Map<number, Open> = new Map();
  private next = 0;

  constructor(env: Env<StorageWireMessage>, timeoutUs: number) {
    this.env = env;
    this.tickUs = Math.max(1, Math.floor(timeoutUs / 8));
  }

  /** @param make the message, with a number of this life */
  ask(to: NodeId, timeoutUs: number, make: (request: number) => Request, done: Answered): void {
    const { env, open } = this;
    // A late answer to another life must not pass for one to this.
    if (this.next === 0) this.next = env.random.below(lives, 'first-request') * perLife + 1;
    const request = this.next++;
    if (open.size === 0) this.arm();
    open.set(request, { to, untilUs: env.clock.monotonicUs() + timeoutUs, done });
    env.network.send(to, make(request));
  }

  answer(from: NodeId, answer: DataAnswer): void {
    const { request } = answer;
    const open = this.open.get(request);
    if (open === undefined || open.to !== from) return;
    this.open.delete(request);
    open.done(answer);
  }

  private arm(): void {
    this.env.timers.set('requests', this.tickUs, () => {
      const nowUs = this.env.clock.monotonicUs();
      for (const [request, { untilUs, done }] of this.open) {
        if (untilUs > nowUs) continue;
        this.open.delete(request);
        done(undefined);
      }
      if (this.open.size > 0) this.arm();
    });
  }
}
