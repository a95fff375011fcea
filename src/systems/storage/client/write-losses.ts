import type { FileErrno } from './file-error.ts';

/** What is told of a loss, as by fsync(2): that there was no room, or that it is lost. */
export type LossErrno = 'ENOSPC' | 'EDQUOT' | 'EIO';

/**
 * What was buffered for one inode and is lost, counted, in the manner of errseq_t in Linux: every handle
 * remembers how many losses it has been told of, so that each of them is told of a loss, and once.
 */
export class WriteLosses {
  private count: number = 0;
  /** Somebody has been told of the last one. */
  private isTold: boolean = true;
  private errno: LossErrno = 'EIO';
  /** Handles that are open on the inode, and calls that send what is buffered. */
  private users: number = 0;

  /** Nobody can ask any more, and nobody has to be told: it may be forgotten. */
  get isIdle(): boolean {
    return this.users === 0 && this.isTold;
  }

  hold(): void {
    this.users += 1;
  }

  release(): void {
    this.users -= 1;
  }

  /** What is known before a call that waits; what is lost later is news to it. */
  get now(): number {
    return this.count;
  }

  lose(errno: FileErrno): void {
    this.count += 1;
    this.isTold = false;
    this.errno = errno === 'ENOSPC' || errno === 'EDQUOT' ? errno : 'EIO';
  }

  /** Why, when something was lost after `since`. */
  newerThan(since: number): LossErrno | null {
    return this.count > since ? this.errno : null;
  }

  /**
   * A handle is opened. What was lost before is no news to it, but for a loss that nobody was told of:
   * all that were open are closed, or are of a session that is over, and somebody has to learn of it.
   */
  watch(): LossWatch {
    this.hold();
    return new LossWatch(this, this.isTold ? this.count : this.count - 1);
  }

  told(): void {
    this.isTold = true;
  }
}

/** What one open handle has been told of the losses of its file. */
export class LossWatch {
  readonly losses: WriteLosses;
  private since: number;

  constructor(losses: WriteLosses, since: number) {
    this.losses = losses;
    this.since = since;
  }

  /** What this handle has been told of by now. */
  get toldOf(): number {
    return this.since;
  }

  /** Why something was lost after `since`; the handle is not told of it again. Null: nothing was. */
  tell(since: number): LossErrno | null {
    const { losses } = this;
    const errno = losses.newerThan(since);
    if (errno === null) return null;
    this.since = losses.now;
    losses.told();
    return errno;
  }
}
