import type { Snapshot } from './snapshot-format.ts';

export type ProgressState =
  /** Looking for the place where the logs match: one append at a time. */
  | 'probe'
  /** The logs match up to `match`: batches follow one another. */
  | 'replicate'
  /** What it needs is compacted away: it gets a snapshot first. */
  | 'snapshot';

/** What a leader knows of one follower. How far its log matches stands in `RaftCore.matches`. */
export class Progress {
  state: ProgressState = 'probe';
  /** Index of the next entry to send; always above the match index. */
  next: number;
  /** An append or a chunk waits for its answer, since `sentUs`. */
  outstanding: boolean = false;
  sentUs: number = 0;
  /** Last entry of the outstanding append. */
  sentIndex: number = 0;
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
    this.state = 'probe';
    this.next = next;
    this.outstanding = false;
    this.snapshot = undefined;
  }

  becomeReplicate(next: number): void {
    this.state = 'replicate';
    this.next = next;
    this.outstanding = false;
    this.snapshot = undefined;
  }

  becomeSnapshot(snapshot: Snapshot): void {
    this.state = 'snapshot';
    this.snapshot = snapshot;
    this.snapshotOffset = 0;
    this.snapshotAcked = 0;
    this.snapshotAnswered = 0;
    this.outstanding = false;
  }
}
