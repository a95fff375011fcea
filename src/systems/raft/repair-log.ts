import type { Loss } from './recovery.ts';
import type { RepairReply } from './repair-messages.ts';
import type { Snapshot } from './snapshot-format.ts';
import type { Entry } from './types.ts';
import { entryChecksum } from './wal-manifest.ts';

/**
 * The log of a node that cannot read all that it promised: index and term of every entry, the
 * payload of some. What others tell fills it, or cuts what is proved to be dead.
 *
 * An entry may be filled by anybody's entry of the same index, term and checksum, committed or not:
 * index and term name one entry for ever. It may be cut only on proof that it is not committed and
 * never will be, and the proof is always a committed entry of another's log, at index c and of
 * term t: every later leader has that one. So at c nothing of another term survives, nor what stood
 * behind such an entry; and behind c nothing of a term below t, for terms never fall along a log.
 * That somebody does not have an entry proves nothing.
 */
export class RepairLog {
  snapshot: Snapshot | undefined;
  baseIndex: number;
  baseTerm: number;
  /** Behind the base; lost ones stand there without data. */
  readonly entries: Entry[];
  /** Checksums of lost entries by index. */
  readonly holes: Map<number, number>;
  /** Above 0: a snapshot is needed that covers at least this index. */
  neededSnapshot: number;

  constructor(entries: readonly Entry[], snapshot: Snapshot | undefined, loss: Loss) {
    this.entries = [...entries];
    this.snapshot = loss.snapshotIndex > 0 ? undefined : snapshot;
    this.baseIndex = loss.baseIndex;
    this.baseTerm = loss.baseTerm;
    this.holes = new Map(loss.holes);
    this.neededSnapshot = loss.snapshotIndex;
  }

  get lastIndex(): number {
    return this.baseIndex + this.entries.length;
  }

  get isWhole(): boolean {
    return this.holes.size === 0 && this.neededSnapshot === 0;
  }

  /** The first lost entry; 0 when there is none. */
  get firstHole(): number {
    let first = 0;
    for (const index of this.holes.keys()) if (first === 0 || index < first) first = index;
    return first;
  }

  private term(index: number): number {
    return index === this.baseIndex
      ? this.baseTerm
      : this.entries[index - 1 - this.baseIndex]!.term;
  }

  /** Takes what another node tells of its log. True when it brought something. */
  take({ firstIndex, commit, commitTerm, entries }: RepairReply): boolean {
    const before = this.holes.size + this.entries.length;
    const needed = this.neededSnapshot;
    this.cutDead(commit, commitTerm);
    for (const entry of entries) this.compare(entry, commit);
    const hole = this.firstHole;
    // What the other one has compacted away is in its snapshot.
    if (hole > 0 && hole < firstIndex && hole <= commit && this.neededSnapshot < hole) {
      this.neededSnapshot = hole;
    }
    return this.holes.size + this.entries.length < before || this.neededSnapshot !== needed;
  }

  private cutDead(commit: number, commitTerm: number): void {
    if (commit > this.baseIndex && commit <= this.lastIndex && this.term(commit) !== commitTerm) {
      this.cutFrom(commit);
    }
    if (commit < this.baseIndex || commit >= this.lastIndex) return;
    if (this.term(commit + 1) < commitTerm) this.cutFrom(commit + 1);
  }

  private compare(entry: Entry, commit: number): void {
    const { index, term } = entry;
    if (index <= this.baseIndex || index > this.lastIndex) return;
    if (this.term(index) !== term) {
      if (index <= commit) this.cutFrom(index);
      return;
    }
    if (this.holes.get(index) !== entryChecksum(entry)) return;
    this.entries[index - 1 - this.baseIndex] = entry;
    this.holes.delete(index);
  }

  private cutFrom(index: number): void {
    this.entries.length = index - 1 - this.baseIndex;
    for (const hole of this.holes.keys()) if (hole >= index) this.holes.delete(hole);
  }

  /** Takes a snapshot of another node: all that it covers is committed. */
  install(snapshot: Snapshot): boolean {
    const { index, term } = snapshot;
    if (index < this.baseIndex || index < this.neededSnapshot) return false;
    const goesThrough = index <= this.lastIndex && this.term(index) === term;
    this.entries.splice(0, goesThrough ? index - this.baseIndex : this.entries.length);
    for (const hole of this.holes.keys()) {
      if (hole <= index || !goesThrough) this.holes.delete(hole);
    }
    this.snapshot = snapshot;
    this.baseIndex = index;
    this.baseTerm = term;
    this.neededSnapshot = 0;
    return true;
  }
}
