import type { Env } from '../../../sim/env.ts';
import type { StorageWireMessage } from '../messages/storage-codec.ts';

/** Holds a stream of bytes down to a rate. */
export class Pace {
  private readonly env: Env<StorageWireMessage>;
  private readonly bytesPerSecond: number;
  /** When the next bytes may go. */
  private freeUs: number = 0;

  constructor(env: Env<StorageWireMessage>, bytesPerSecond: number) {
    this.env = env;
    this.bytesPerSecond = bytesPerSecond;
  }

  /** Resolves when so many bytes may go. */
  async take(bytes: number): Promise<void> {
    const nowUs = this.env.clock.monotonicUs();
    const startUs = Math.max(nowUs, this.freeUs);
    this.freeUs = startUs + Math.ceil((bytes * 1_000_000) / this.bytesPerSecond);
    if (startUs > nowUs) await this.env.sleep(startUs - nowUs);
  }
}
