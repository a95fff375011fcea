import type { Entry, Member } from './types.ts';
import {
  decodeEntry,
  decodeHardState,
  decodeReset,
  entryRecord,
  hardStateRecord,
  resetRecord,
  type SegmentHeader,
  type WalRecord,
} from './wal-format.ts';
import type { Manifest } from './wal-manifest.ts';

const noData: Uint8Array = new Uint8Array(0);

/** A log that grows as records are read. */
export class Replay {
  term = 0;
  votedFor: Member = 0;
  baseIndex = 0;
  baseTerm = 0;
  /** A lost entry stands here as a placeholder, see `holes`. */
  entries: Entry[] = [];
  /** Entries whose payload is damaged, by index: checksum of what belongs there. */
  readonly holes: Map<number, number> = new Map();
  /** A record that was promised fails its checksum, whether or not anything is lost by it. */
  damaged = false;
  end = 0;
  tornTail = false;
  lostWrite = false;
  /** Of the last batch: where it begins, the end of the log there, its first entry, its reset. */
  batchAt = 0;
  batchLastIndex = 0;
  batchLastTerm = 0;
  batchEntry = 0;
  batchResets = false;

  get lastIndex(): number {
    return this.baseIndex + this.entries.length;
  }

  get lastTerm(): number {
    return this.entries[this.entries.length - 1]?.term ?? this.baseTerm;
  }

  /** False when the record cannot follow what came before it. */
  take(bytes: Uint8Array, record: WalRecord): boolean {
    if (record.type === hardStateRecord) {
      const { term, votedFor } = decodeHardState(bytes, record.payloadAt);
      this.term = term;
      this.votedFor = votedFor;
    } else if (record.type === resetRecord) {
      const { index, term } = decodeReset(bytes, record.payloadAt);
      this.baseIndex = index;
      this.baseTerm = term;
      this.entries = [];
      this.holes.clear();
      this.batchResets = true;
    } else if (record.type === entryRecord) {
      const entry = decodeEntry(bytes, record.payloadAt, record.payloadBytes);
      if (this.batchEntry === 0) this.batchEntry = entry.index;
      return this.put(entry);
    }
    return true;
  }

  beginBatch(at: number): void {
    this.batchAt = at;
    this.batchLastIndex = this.lastIndex;
    this.batchLastTerm = this.lastTerm;
    this.batchEntry = 0;
    this.batchResets = false;
  }

  /** Puts all that a manifest tells where records of its batch are missing; as `take`. */
  mend(manifest: Manifest, found: ReadonlyMap<number, Entry>): boolean {
    const { term, votedFor, reset, firstIndex, terms, checksums } = manifest;
    this.term = term;
    this.votedFor = votedFor;
    if (reset !== undefined) {
      this.baseIndex = reset.index;
      this.baseTerm = reset.term;
      this.entries = [];
      this.holes.clear();
    }
    for (let i = 0; i < terms.length; i++) {
      const index = firstIndex + i;
      const entry = found.get(index);
      const lost: Entry = { index, term: terms[i]!, kind: 'noop', data: noData };
      if (!this.put(entry ?? lost)) return false;
      if (entry === undefined) this.holes.set(index, checksums[i]!);
    }
    return true;
  }

  private put(entry: Entry): boolean {
    if (entry.index > this.lastIndex + 1) return false;
    for (const hole of this.holes.keys()) if (hole >= entry.index) this.holes.delete(hole);
    if (entry.index <= this.baseIndex) {
      this.baseIndex = entry.index - 1;
      this.baseTerm = -1;
      this.entries = [entry];
    } else {
      this.entries.length = entry.index - 1 - this.baseIndex;
      this.entries.push(entry);
    }
    return true;
  }

  begin(header: Pick<SegmentHeader, 'term' | 'votedFor'>): void {
    this.term = header.term;
    this.votedFor = header.votedFor;
  }
}
