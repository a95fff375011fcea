import { hashBytes } from '../../src/index.ts';
import { decodeSnapshot, snapshotIndexOf } from '../../src/systems/raft/snapshot-format.ts';
import type { Member } from '../../src/systems/raft/types.ts';
import {
  decodeHardState,
  decodeHeader,
  decodeReset,
  emptyRecord,
  entryRecord,
  hardStateRecord,
  headerRecord,
  readRecord,
  resetRecord,
  type SegmentHeader,
  segmentName,
  segmentSequence,
  type WalRecord,
} from '../../src/systems/raft/wal-format.ts';
import { Chain, unknownPrefix } from './chain.ts';
import { readEntryAt, type WrittenEntry } from './entry-hash.ts';
import type { PrefixAt } from './log-mirror.ts';

/** The names and bytes that a disk has promised, or any other image of it. */
export interface ImageFiles {
  names(): readonly string[];
  bytes(file: string): Uint8Array | undefined;
}

const record: WalRecord = emptyRecord();
const written: WrittenEntry = { term: 0, index: 0, hash: 0 };

interface Remembered {
  readonly term: number;
  readonly prefix: number;
}

/**
 * What a node has promised to its disk, read from the bytes and brought up to date with each sync:
 * term, vote, log and newest snapshot. It is what the node may speak of to others.
 */
export class DurableLog {
  term = 0;
  votedFor: Member = 0;
  /** Every vote that was ever durable, by term. */
  readonly votes: Map<number, Member> = new Map();
  readonly chain: Chain = new Chain();
  snapshotIndex = 0;
  snapshotTerm = 0;
  snapshotHash = 0;
  /** Of the last update: lowest index whose entry was cut or replaced, and its old prefix hash. */
  cutFrom = 0;
  cutPrefix = 0;
  /** What is wrong with the bytes; empty: nothing. */
  malformed = '';

  readonly #files: ImageFiles;
  readonly prefixAt: PrefixAt;
  #sequence = 0;
  #readTo = 0;
  /** The segment that was read last, as its name is asked for at each sync. */
  #named = 0;
  #name = '';
  #isJustRead = false;

  constructor(files: ImageFiles, prefixAt: PrefixAt) {
    this.#files = files;
    this.prefixAt = prefixAt;
  }

  /** The end of the log, whether it is held as an entry or by the snapshot. */
  get lastIndex(): number {
    return Math.max(this.chain.last, this.snapshotIndex);
  }

  get lastTerm(): number {
    return this.chain.last >= this.snapshotIndex ? this.chain.lastTerm : this.snapshotTerm;
  }

  /** Whether all up to an index is held, as entries with this prefix hash or by the snapshot. */
  holds(index: number, prefix: number): boolean {
    return this.snapshotIndex >= index || this.chain.prefix(index) === prefix;
  }

  /** Whether nothing has been promised since everything was read again. */
  get isJustRead(): boolean {
    return this.#isJustRead;
  }

  #restart(): void {
    this.chain.restart(0, 0, 0);
    this.#sequence = 0;
    this.#readTo = 0;
  }

  /** A sync promised a file. True when it says something new. */
  filePromised(file: string): boolean {
    this.cutFrom = 0;
    this.#isJustRead = false;
    const sequence = segmentSequence(file);
    if (sequence === 0) return snapshotIndexOf(file) > 0 && this.#readSnapshot(file);
    return sequence < this.#sequence ? false : this.#readSegments(sequence);
  }

  /** A directory sync promised names. True when they say something new. */
  namesPromised(): boolean {
    this.cutFrom = 0;
    this.#isJustRead = false;
    const sequences: number[] = [];
    let changed = false;
    const names = this.#files.names();
    // Newest first, so that of several snapshots only the one that counts is read.
    for (let at = names.length - 1; at >= 0; at -= 1) {
      const file = names[at] as string;
      const sequence = segmentSequence(file);
      if (sequence > this.#sequence) sequences.push(sequence);
      if (snapshotIndexOf(file) > this.snapshotIndex) changed = this.#readSnapshot(file) || changed;
    }
    // A name may be there before its bytes are: then the segment before it is the newest.
    sequences.sort((a, b) => b - a);
    for (const sequence of sequences) if (this.#readSegments(sequence)) return true;
    return changed;
  }

  /** Drops what lies below an index and is held by the snapshot. */
  forgetBelow(index: number): void {
    this.chain.dropUpTo(Math.min(index, this.snapshotIndex));
  }

  /** Reads everything again from the bytes. */
  readAll(): void {
    this.term = 0;
    this.votedFor = 0;
    this.snapshotIndex = 0;
    this.snapshotTerm = 0;
    const old = this.#remembered();
    this.#restart();
    this.namesPromised();
    this.#anchor(old);
    this.#isJustRead = true;
  }

  #readSnapshot(file: string): boolean {
    const bytes = this.#files.bytes(file);
    const snapshot = bytes === undefined ? undefined : decodeSnapshot(bytes);
    if (snapshot === undefined || snapshot.index <= this.snapshotIndex) return false;
    this.snapshotIndex = snapshot.index;
    this.snapshotTerm = snapshot.term;
    this.snapshotHash = hashBytes(bytes as Uint8Array);
    return true;
  }

  #readSegments(newest: number): boolean {
    if (newest === this.#sequence) return this.#readOn(newest, Number.POSITIVE_INFINITY);
    const header = this.#header(newest);
    if (header === undefined) return false;
    const goesOn =
      header.previousSequence === this.#sequence && header.previousEnd === this.#readTo;
    this.#sequence = newest;
    if (!goesOn) return this.#rebuild(header);
    this.#readTo = 0;
    return this.#readOn(newest, Number.POSITIVE_INFINITY);
  }

  #segment(sequence: number): Uint8Array | undefined {
    if (sequence !== this.#named) {
      this.#named = sequence;
      this.#name = segmentName(sequence);
    }
    return this.#files.bytes(this.#name);
  }

  /** Of a segment whose first batch is whole: before that it is no part of the log. */
  #header(sequence: number): SegmentHeader | undefined {
    const bytes = this.#segment(sequence);
    if (bytes === undefined || !readRecord(bytes, bytes.length, 0, sequence, record)) return;
    if (record.type !== headerRecord) return;
    const header = decodeHeader(bytes, record.payloadAt);
    while (!record.endsBatch) {
      if (!readRecord(bytes, bytes.length, record.next, sequence, record)) return;
      if (record.batch !== 1) return;
    }
    return header;
  }

  /** A segment that does not simply go on: follow the chain of headers back, then read forward. */
  #rebuild(newest: SegmentHeader): boolean {
    const path: SegmentHeader[] = [newest];
    for (let oldest = newest; oldest.previousSequence !== 0; ) {
      const header = this.#header(oldest.previousSequence);
      if (header === undefined) break;
      path.push(header);
      oldest = header;
    }
    const { last } = this.chain;
    const old = this.#remembered();
    const oldest = path[path.length - 1] as SegmentHeader;
    const { lastIndex, lastTerm } = oldest;
    const base = oldest.previousSequence === 0 ? 0 : lastIndex;
    this.chain.restart(
      base,
      base === 0 ? 0 : lastTerm,
      base === 0 ? 0 : this.prefixAt(lastTerm, base),
    );
    for (let at = path.length - 1; at > 0; at -= 1) {
      this.#readTo = 0;
      this.#readOn(
        (path[at] as SegmentHeader).sequence,
        (path[at - 1] as SegmentHeader).previousEnd,
      );
    }
    this.#readTo = 0;
    // The segment may repeat what its header leaves out of the one before.
    const isNews = this.#readOn(newest.sequence, Number.POSITIVE_INFINITY);
    this.#anchor(old);
    this.#noteLost(last, old);
    return isNews;
  }

  /**
   * What lies before the oldest segment may have been forgotten everywhere: then the log is told by what
   * was known here, from the first index on that both have, as either may begin before the other.
   */
  #anchor(old: ReadonlyMap<number, Remembered>): void {
    const { chain } = this;
    if (chain.prefix(chain.base) !== unknownPrefix) return;
    for (let index = chain.base; index <= chain.last; index += 1) {
      const before = old.get(index);
      if (before === undefined) continue;
      if (before.term === chain.term(index)) chain.anchor(index, before.prefix);
      return;
    }
  }

  #remembered(): Map<number, Remembered> {
    const { chain } = this;
    const remembered = new Map<number, Remembered>();
    for (let at = chain.base; at <= chain.last; at += 1) {
      remembered.set(at, { term: chain.term(at), prefix: chain.prefix(at) });
    }
    return remembered;
  }

  /** After a rebuild: what was there before and is not any more. */
  #noteLost(oldLast: number, old: ReadonlyMap<number, Remembered>): void {
    this.cutFrom = 0;
    for (let index = oldLast; index > this.chain.base; index -= 1) {
      const prefix = old.get(index)?.prefix;
      if (prefix === undefined || prefix === this.chain.prefix(index)) return;
      this.cutFrom = index;
      this.cutPrefix = prefix;
    }
  }

  /** Reads whole batches from where reading stopped, up to `end`. */
  #readOn(sequence: number, end: number): boolean {
    const bytes = this.#segment(sequence);
    if (bytes === undefined) return false;
    const limit = Math.min(end, bytes.length);
    const start = this.#readTo;
    for (let at = start; readRecord(bytes, limit, at, sequence, record); ) {
      at = record.next;
      if (record.endsBatch) this.#takeBatch(bytes, sequence, at);
    }
    return this.#readTo > start;
  }

  /** The batch that ends at `end` is whole: what it says counts. */
  #takeBatch(bytes: Uint8Array, sequence: number, end: number): void {
    if (record.at > this.#readTo) {
      // Back to its first record. Checksums were found right just now.
      readRecord(bytes, end, this.#readTo, sequence, record, false);
    }
    this.#take(bytes);
    while (record.next < end && readRecord(bytes, end, record.next, sequence, record, false)) {
      this.#take(bytes);
    }
    this.#readTo = end;
  }

  #take(bytes: Uint8Array): void {
    const { payloadAt, payloadBytes } = record;
    switch (record.type) {
      case headerRecord: {
        const { term, votedFor } = decodeHeader(bytes, payloadAt);
        this.#takeVote(term, votedFor);
        return;
      }
      case hardStateRecord: {
        const { term, votedFor } = decodeHardState(bytes, payloadAt);
        this.#takeVote(term, votedFor);
        return;
      }
      case entryRecord:
        this.#takeEntry(bytes, payloadAt, payloadBytes);
        return;
      case resetRecord: {
        const { index, term } = decodeReset(bytes, payloadAt);
        this.#noteCut(index + 1);
        this.chain.restart(index, term, this.prefixAt(term, index));
      }
    }
  }

  #takeVote(term: number, votedFor: Member): void {
    this.term = term;
    this.votedFor = votedFor;
    if (votedFor !== 0 && !this.votes.has(term)) this.votes.set(term, votedFor);
  }

  #takeEntry(bytes: Uint8Array, payloadAt: number, payloadBytes: number): void {
    readEntryAt(bytes, payloadAt, payloadBytes, written);
    const { term, index, hash } = written;
    const { chain } = this;
    if (index > chain.last + 1) {
      this.malformed = `entry ${index} follows ${chain.last}`;
      chain.restart(index - 1, -1, this.prefixAt(-1, index - 1));
    } else if (index <= chain.base) {
      // Entries below the base are committed and in a snapshot; they may be written again.
      chain.restart(index - 1, -1, this.prefixAt(-1, index - 1));
    }
    if (index <= chain.last && chain.hash(index) !== hash) this.#noteCut(index);
    chain.cutAfter(index - 1);
    chain.push(term, hash);
  }

  #noteCut(from: number): void {
    if (from > this.chain.last || (this.cutFrom !== 0 && this.cutFrom <= from)) return;
    this.cutFrom = from;
    this.cutPrefix = this.chain.prefix(from);
  }
}
