import { type ClientCounters, type Extent, endOf } from './slices.ts';

/**
 * What was written to a file and has not been sent yet. Bytes are views of the writer's: the writer
 * leaves them alone until the file is synced or closed.
 */
export class WriteBuffer {
  private waiting: Extent[] = [];
  /** On their way now; readers on this client see them too. */
  private leaving: readonly Extent[] = [];
  waitingBytes: number = 0;

  get isEmpty(): boolean {
    return this.waiting.length + this.leaving.length === 0;
  }

  /** End of the last byte in the buffer; 0 when it is empty. */
  get end(): number {
    let end = 0;
    for (const extent of this.leaving) end = Math.max(end, endOf(extent));
    for (const extent of this.waiting) end = Math.max(end, endOf(extent));
    return end;
  }

  add(extent: Extent): void {
    this.waiting.push(extent);
    this.waitingBytes += extent.bytes.length;
  }

  /** Takes all that waits. `done` has to be called when it has arrived, or has failed for good. */
  take(): readonly Extent[] {
    this.leaving = this.waiting;
    this.waiting = [];
    this.waitingBytes = 0;
    return this.leaving;
  }

  done(): void {
    this.leaving = [];
  }

  /** Whether a range is touched by what is in the buffer. */
  covers(from: number, to: number): boolean {
    const touches = (extent: Extent) => extent.offset < to && endOf(extent) > from;
    return this.leaving.some(touches) || this.waiting.some(touches);
  }

  /** Lays what is in the buffer over bytes that begin at `offset` of the file. */
  layOver(offset: number, bytes: Uint8Array, counters: ClientCounters): void {
    for (const list of [this.leaving, this.waiting]) {
      for (const extent of list) {
        const from = Math.max(offset, extent.offset);
        const to = Math.min(offset + bytes.length, endOf(extent));
        if (from >= to) continue;
        bytes.set(extent.bytes.subarray(from - extent.offset, to - extent.offset), from - offset);
        counters.copiedBytes += to - from;
      }
    }
  }
}
