import type { Env } from '../../../src/sim/env.ts';
import type {
  TaskDone,
  VersionSet,
} from '../../../src/systems/storage/messages/control-messages.ts';
import type {
  BlocksRead,
  BytesWritten,
  PartPut,
} from '../../../src/systems/storage/messages/data-messages.ts';
import type {
  StorageMessage,
  StorageWireMessage,
} from '../../../src/systems/storage/messages/storage-codec.ts';
import type { StewardLog } from './steward-log.ts';

export type Reply = BlocksRead | BytesWritten | PartPut | VersionSet | TaskDone;
export type Make = (number: number) => StorageMessage;

/** An endpoint that asks and waits for answers. */
export class Asker {
  readonly env: Env<StorageWireMessage>;
  readonly log: StewardLog;
  private readonly open: Map<number, (reply: Reply | undefined) => void> = new Map();
  private next = 1;

  constructor(env: Env<StorageWireMessage>, log: StewardLog) {
    this.env = env;
    this.log = log;
  }

  /** Takes in what may be an answer. */
  message(_from: string, message: StorageWireMessage): void {
    switch (message.kind) {
      case 'blocks-read':
      case 'bytes-written':
      case 'part-put':
        this.open.get(message.request)?.(message);
        return;
      case 'version-set':
      case 'task-done':
        this.open.get(message.task)?.(message);
    }
  }

  /** Asks once; undefined when no answer comes in time. */
  ask<R extends Reply>(to: string, timeoutUs: number, make: Make): Promise<R | undefined> {
    const number = this.next++;
    return new Promise((resolve) => {
      const end = (reply: Reply | undefined): void => {
        this.open.delete(number);
        this.env.timers.cancel(`ask ${number}`);
        resolve(reply as R | undefined);
      };
      this.open.set(number, end);
      this.env.timers.set(`ask ${number}`, timeoutUs, () => end(undefined));
      this.env.network.send(to, make(number));
    });
  }

  below(bound: number, name: string): number {
    return this.env.random.below(bound, name, this.next++);
  }
}
