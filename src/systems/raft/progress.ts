import type { Snapshot } from './snapshot-format.ts';

export type ProgressState =
  /** Looking for the place where the logs match: one append at a time. */
  | 'probe'
  /** The logs match: batches follow one another, as many as the window takes, answers later. */
  | 'replicate'
  /** What it needs is compacted away: it gets a snapshot first. */
  | 'snapshot';

/** Appends on their way to one follower, oldest first, by the last entry of each. */
export class InflightWindow {
  private readonly lasts: number[] = [];
  private readonly sizes: number[] = [];
  private first = 0;
  /** How many there are, and bytes of data in their entries. */
  count: number = 0;
  bytes: number = 0;

  add(lastIndex: number, sizeBytes: number): void {
    this.lasts.push(lastIndex);
    this.sizes.push(sizeBytes);
    this.count++;
    this.bytes += sizeBytes;
  }

  /** All appends that end at or before an index have arrived. True when there were any. */
  freeTo(index: number): boolean {
    const before = this.count;
    while (this.count > 0 && this.lasts[this.first]! <= index) {
      this.bytes -= this.sizes[this.first++]!;
      this.count--;
    }
    if (this.count === 0) this.clear();
    else if (this.first > 64) {
      this.lasts.splice(0, this.first);
      this.sizes.splice(0, this.first);
      this.first = 0;
    }
    return this.count < before;
  }

  clear(): void {
    this.lasts.length = 0;
    this.sizes.length = 0;
    this.first = 0;
    this.count = 0;
    this.bytes = 0;
  }
}

/** What a leader knows of one follower. How far its log matches stands in `RaftCore.matches`. */
export class Progress {
  state: ProgressState = 'probe';
  /** Index of the next entry to send; always above the match index. */
  next: number;
  /** Probe and snapshot: an append or a chunk waits for its answer, since `sentUs`. */
  outstanding: boolean = false;
  /** Replicate: since then the window has waited for its oldest append to be answered. */
  sentUs: number = 0;
  /** Replicate: what is on its way. */
  readonly window: InflightWindow = new InflightWindow();
  /** It was heard from since the last check of the quorum. */
  active: boolean = true;
  /** When it was last heard from. */
  heardUs: number = Number.NEGATIVE_INFINITY;
  /** The snapshot being sent, and the next byte of its file to send. */
  snapshot: Snapshot | undefined;
  snapshotOffset: number = 0;
  /** Bytes of it that the follower has by its answers, and what its newest answer said. */
  snapshotAcked: number = 0;
  snapshotAnswered: number = 0;

  constructor(next: number) {
    this.next = next;
  }

  becomeProbe(next: number): void {
    this.become('probe', next);
  }

  becomeReplicate(next: number): void {
    this.become('replicate', next);
  }

  private become(state: 'probe' | 'replicate', next: number): void {
    this.state = state;
    this.next = next;
    this.outstanding = false;
    this.snapshot = undefined;
    this.window.clear();
  }

  /** Something waits for its answer. */
  get waits(): boolean {
    return this.outstanding || this.window.count > 0;
  }

  becomeSnapshot(snapshot: Snapshot): void {
    this.state = 'snapshot';
    this.snapshot = snapshot;
    this.snapshotOffset = 0;
    this.snapshotAcked = 0;
    this.snapshotAnswered = 0;
    this.outstanding = false;
    this.window.clear();
  }
}
