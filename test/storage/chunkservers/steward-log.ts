import type { WrittenBytes } from './written-bytes.ts';

/** What the steward knows of a chunk, and what must hold of it. */
export interface StewardChunk {
  readonly chunk: number;
  readonly bytes: WrittenBytes;
  version: number;
  highestVersion: number;
  fence: number;
  sequence: number;
  members: readonly string[];
  /** Servers that are to erase what they have of it. */
  readonly erasing: Set<string>;
}

/** What the steward saw; rungs read it. */
export class StewardLog {
  readonly chunks: Map<number, StewardChunk> = new Map();
  readonly wrong: string[] = [];
  /** What the steward has decided so far. */
  index = 1;
  readonly counts: Record<string, number> = {};

  get length(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }

  count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }
}
