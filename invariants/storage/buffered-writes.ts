import type { FileHistory } from '../../src/index.ts';
import type { Acknowledged } from './file-ledger.ts';

/** A write that waits in its client's buffer. */
interface Buffered {
  readonly inode: number;
  readonly write: Omit<Acknowledged, 'completedUs'>;
}

/** What may send what is buffered, and be told that it is lost. */
const sending: ReadonlySet<string> = new Set([
  'fsync',
  'close',
  'write',
  'append',
  'ftruncate',
  'truncate',
  'unlock',
  'clone',
  'snapshot',
]);

/** What one life of a client has written, sent and been told. */
class Life {
  waiting: Buffered[] = [];
  /** Operations that may send what is buffered and are under way, or have failed. */
  readonly attempts: Set<number> = new Set();
  /** By handle: when it was opened, and when a sync of it failed. */
  readonly toldUs: Map<number, number[]> = new Map();
}

/**
 * Writes that wait in buffers of clients, and which of them a sync answers for. A handle is told of
 * every loss of its file since it was opened, or was told before: so when it says yes, only a loss
 * from before that can have taken what was written, and such a loss was told to whoever sent it.
 */
export class BufferedWrites {
  readonly #history: FileHistory;
  readonly #lives: Map<string, Life> = new Map();

  constructor(history: FileHistory) {
    this.#history = history;
  }

  #lifeOf(operation: number): Life {
    const name = `${this.#history.client[operation]}/${this.#history.life[operation]}`;
    let life = this.#lives.get(name);
    if (life === undefined) {
      life = new Life();
      this.#lives.set(name, life);
    }
    return life;
  }

  /** An operation was invoked. */
  began(operation: number): void {
    const call = this.#history.call[operation]!;
    const sends = sending.has(call.do) || (call.do === 'open' && call.flags.truncate);
    if (sends) this.#lifeOf(operation).attempts.add(operation);
  }

  /** An operation has failed: that of a handle has told it of all that was lost before. */
  failed(operation: number): void {
    const call = this.#history.call[operation]!;
    if (call.do === 'fsync') this.#told(operation, call.handle);
  }

  opened(operation: number): void {
    const result = this.#history.answer[operation]?.result;
    if (result?.kind === 'number') this.#told(operation, result.number);
  }

  #told(operation: number, handle: number): void {
    const { toldUs } = this.#lifeOf(operation);
    const times = toldUs.get(handle) ?? [];
    times.push(this.#history.completedUs[operation]!);
    toldUs.set(handle, times);
  }

  /** An operation that may have sent what was buffered has lost nothing. */
  succeeded(operation: number): void {
    this.#lifeOf(operation).attempts.delete(operation);
  }

  add(inode: number, write: Omit<Acknowledged, 'completedUs'>): void {
    this.#lifeOf(write.operation).waiting.push({ inode, write });
  }

  /** What a sync that said yes answers for; it waits no longer. */
  synced(operation: number, handle: number): readonly Acknowledged[] {
    const history = this.#history;
    const { inode } = history.answer[operation]!;
    const life = this.#lifeOf(operation);
    const lostUntilUs = this.#lostUntilUs(life, operation, handle, inode);
    const completedUs = history.completedUs[operation]!;
    const sent: Acknowledged[] = [];
    life.waiting = life.waiting.filter((one) => {
      const returnedUs = history.completedUs[one.write.operation]!;
      const isMeant = one.inode === inode && returnedUs > lostUntilUs;
      if (!isMeant || !this.#isBefore(one.write.operation, operation)) return true;
      sent.push({ ...one.write, completedUs });
      return false;
    });
    return sent;
  }

  /** In one instant only what one lane did one after the other has an order. */
  #isBefore(write: number, sync: number): boolean {
    const { process, completedUs, invokedUs } = this.#history;
    const isSameLane = process[write] === process[sync];
    return isSameLane ? write < sync : completedUs[write]! < invokedUs[sync]!;
  }

  /**
   * What returned until then may have been lost before the handle began to be told of losses. By
   * which path an operation that failed meant the file is not known for certain.
   */
  #lostUntilUs(life: Life, sync: number, handle: number, inode: number): number {
    const { answer, invokedUs, completedUs } = this.#history;
    const sinceUs = this.#toldUs(life, sync, handle);
    let untilUs = -1;
    for (const attempt of life.attempts) {
      const meant = answer[attempt]?.inode ?? 0;
      if (attempt === sync || (meant !== 0 && meant !== inode)) continue;
      if (invokedUs[attempt]! > sinceUs) continue;
      // It may still find out that what it sent is lost.
      if (answer[attempt] === undefined) return Number.POSITIVE_INFINITY;
      untilUs = Math.max(untilUs, completedUs[attempt]!);
    }
    return untilUs;
  }

  /** When a handle was told of losses, the last time before a sync of it began. */
  #toldUs({ toldUs }: Life, sync: number, handle: number): number {
    const beganUs = this.#history.invokedUs[sync]!;
    let lastUs = -1;
    for (const atUs of toldUs.get(handle) ?? [Number.POSITIVE_INFINITY]) {
      // A handle whose open nobody has seen may have been told of anything.
      if (atUs <= beganUs || atUs === Number.POSITIVE_INFINITY) lastUs = Math.max(lastUs, atUs);
    }
    return lastUs;
  }
}
