import type { HistoryLike } from '../../src/index.ts';

/** One thing that a client did to a file of its own, from open to close. */
export interface MirrorOperation {
  readonly client: number;
  /** Below the mirrored tree, from '/'. */
  readonly path: string;
  /** `overwrite` leaves the length as it is, unless the file is shorter. */
  readonly does: 'put' | 'overwrite' | 'delete' | 'read' | 'check';
  /** Length of what is put; each byte of it is `stamp`. */
  readonly sizeBytes: number;
  readonly stamp: number;
  /** Which cluster: 0 or 1. */
  readonly side: 0 | 1;
  /** Of the entries that it is known to have made: the first and the last one; 0: none. */
  firstIndex: number;
  lastIndex: number;
  /** Each index of an entry that changed something for it. */
  readonly indexes: number[];
  /** Of all that the masters told it, questions too: the first and the last index; 0: nothing. */
  firstSeen: number;
  lastSeen: number;
  /** What a reader found; null: no file. */
  found: Uint8Array | null;
  outcome: 'open' | 'ok' | 'failed' | 'unknown';
  errno: string;
}

/** Whether it was to change something. */
export function isChange({ does }: MirrorOperation): boolean {
  return does !== 'check' && does !== 'read';
}

/** What the clients of a mirrored store did, in order of their beginnings. */
export class MirrorHistory implements HistoryLike {
  readonly operations: MirrorOperation[] = [];

  get length(): number {
    return this.operations.length;
  }
}

export function mirrorHistory(history: unknown): MirrorHistory {
  if (history instanceof MirrorHistory) return history;
  throw new TypeError('Expected the history that these clients made');
}
