import type { WorldView } from '../../src/index.ts';
import {
  decodeEntry,
  emptyRecord,
  entryRecord,
  readRecord,
  segmentSequence,
  type WalRecord,
} from '../../src/systems/raft/wal-format.ts';
import type { Fragment } from '../../src/systems/storage/chunkserver/fragment.ts';
import { FragmentTable } from '../../src/systems/storage/chunkserver/fragment-table.ts';
import { journalDirectory } from '../../src/systems/storage/chunkserver/journal.ts';
import {
  decodeRecord,
  type JournalRecord,
} from '../../src/systems/storage/chunkserver/journal-format.ts';
import { recoverServer } from '../../src/systems/storage/chunkserver/recovery.ts';
import { fragmentDirectory } from '../../src/systems/storage/chunkserver/sums-format.ts';

/** What one record that became durable changed on a chunkserver. */
export interface FragmentChange {
  readonly record: JournalRecord;
  /** The fragment that the record is about; after an erasure, as it was. */
  readonly fragment: Fragment;
  /** As it stood before; 0 where it was not there. */
  readonly versionBefore: number;
  readonly previousBefore: number;
  readonly fenceBefore: number;
  readonly chunkFenceBefore: number;
  readonly lastFenceBefore: number;
  readonly lastSequenceBefore: number;
}

/** What a restart has made of a fragment. */
export interface Forgotten {
  readonly chunk: number;
  readonly generation: number;
  readonly part: number;
  readonly promised: FragmentMarks;
  /** Null: it is not there any more. */
  readonly found: FragmentMarks | null;
}

interface FragmentMarks {
  readonly version: number;
  readonly fence: number;
  readonly lastFence: number;
  readonly lastSequence: number;
  readonly blocks: number;
  readonly fault: string | null;
}

/** The fragments that were whole before and are gone, damaged or older now. */
function forgottenOf(before: FragmentTable, after: FragmentTable): Forgotten[] {
  const found: Forgotten[] = [];
  for (const [number, was] of before.byNumber) {
    if (was.fault !== null) continue;
    const is = after.byNumber.get(number);
    const { chunk, generation, part } = was;
    if (is !== undefined && isAsGood(was, is)) continue;
    // A killed process leaves what it had written: an erasure among it, synced or not.
    if (is === undefined && (after.chunks.get(chunk)?.erasedFence ?? 0) >= was.fence) continue;
    found.push({
      chunk,
      generation,
      part,
      promised: marksOf(was),
      found: is === undefined ? null : marksOf(is),
    });
  }
  return found;
}

function isAsGood(was: Fragment, is: Fragment): boolean {
  if (is.fault !== null || is.fence < was.fence) return false;
  // One of two versions of the same bytes may have been erased.
  if (is.version < was.version && is.version !== was.previousVersion) return false;
  const isLater = is.lastFence > was.lastFence;
  const isSame = is.lastFence === was.lastFence && is.lastSequence >= was.lastSequence;
  if (!isLater && !isSame) return false;
  return was.blocks.every((block, at) => {
    const now = is.blocks[at] ?? null;
    return block === null || (now !== null && now.version >= block.version);
  });
}

function marksOf(fragment: Fragment): FragmentMarks {
  const { version, fence, lastFence, lastSequence, fault } = fragment;
  return { version, fence, lastFence, lastSequence, blocks: fragment.blocks.length, fault };
}

const record: WalRecord = emptyRecord();

type Disk = ReturnType<WorldView['disk']>;

/**
 * What a chunkserver has promised to its disk, read from the bytes of its journal as syncs promise
 * them: what it may speak of to others. A new life begins with what the cache has, as it does itself.
 */
export class ServerMirror {
  readonly node: number;
  table: FragmentTable = new FragmentTable();
  /** When its disk was lost last; -1: never. */
  wipedUs: number = -1;
  /** By segment: how far it was read. */
  readonly #readTo: Map<string, number> = new Map();
  /** Segments that were synced, but not the directory that names them. */
  readonly #unnamed: Set<string> = new Set();
  /** The name of no segment was promised in this life yet. */
  #isBeginning = false;
  /** What was promised when this life began. */
  #owed: FragmentTable = new FragmentTable();

  constructor(node: number) {
    this.node = node;
  }

  /** By chunk: the highest version of which a disk was found to have lost a part, in any life. */
  readonly lost: Map<number, number> = new Map();
  /** Fragments that were promised when the life before ended, and what of them the next one lacks. */
  keptCount: number = 0;
  forgotten: readonly Forgotten[] = [];

  /** A life begins. */
  begin(disk: Disk): void {
    // A life that ended before it began its journal has promised nothing of what it found in the cache.
    if (!this.#isBeginning) this.#owed = this.table;
    this.#read(disk);
    this.#isBeginning = true;
    this.keptCount = this.#owed.byNumber.size;
    this.forgotten = forgottenOf(this.#owed, this.table);
    this.#noteLost(this.forgotten);
  }

  #noteLost(forgotten: readonly Forgotten[]): void {
    for (const { chunk, promised } of forgotten) {
      this.lost.set(chunk, Math.max(promised.version, this.lost.get(chunk) ?? 0));
    }
  }

  #read(disk: Disk): void {
    const journal = new Map<string, Uint8Array>();
    const fragments = new Map<string, Uint8Array>();
    this.#readTo.clear();
    this.#unnamed.clear();
    for (const file of disk.cachedFiles()) {
      const images = disk.images(file)!;
      const bytes = images.cached.subarray(0, images.cachedLength);
      const slash = file.indexOf('/');
      const name = file.slice(slash + 1);
      if (file.startsWith(`${journalDirectory}/`)) {
        journal.set(name, bytes);
        this.#readTo.set(file, bytes.length);
      } else if (file.startsWith(`${fragmentDirectory}/`)) fragments.set(name, bytes);
    }
    this.table = recoverServer({ journal, fragments }).table;
  }

  wiped(timeUs: number): void {
    this.wipedUs = timeUs;
    this.table = new FragmentTable();
    this.#isBeginning = false;
    this.#readTo.clear();
    this.#unnamed.clear();
  }

  /** A sync promised a file: takes in what it says anew, once its name is promised as well. */
  promised(file: string, disk: Disk, changes: FragmentChange[]): void {
    if (!file.startsWith(`${journalDirectory}/`)) return;
    if (!this.#readTo.has(file) && !disk.promisedFiles().includes(file)) this.#unnamed.add(file);
    else this.#take(file, disk, changes);
  }

  /**
   * A sync promised the names in a directory. A life begins its journal when its files say all that it
   * knows. That may be less than this mirror saw on it: a disk refuses to be read, or rots meanwhile.
   */
  directoryPromised(directory: string, disk: Disk, changes: FragmentChange[]): void {
    if (directory !== journalDirectory) return;
    const isSegment = (file: string): boolean =>
      segmentSequence(file.slice(journalDirectory.length + 1)) > 0;
    if (this.#isBeginning && [...this.#unnamed].some(isSegment)) {
      this.#isBeginning = false;
      const { table } = this;
      this.#read(disk);
      this.#noteLost(forgottenOf(table, this.table));
    }
    for (const file of this.#unnamed) this.#take(file, disk, changes);
    this.#unnamed.clear();
  }

  #take(file: string, disk: Disk, changes: FragmentChange[]): void {
    const sequence = segmentSequence(file.slice(journalDirectory.length + 1));
    const images = sequence === 0 ? undefined : disk.images(file);
    if (images === undefined) return;
    const { cached, cachedLength } = images;
    const from = this.#readTo.get(file) ?? 0;
    let whole = from;
    for (let at = from; readRecord(cached, cachedLength, at, sequence, record); ) {
      at = record.next;
      if (record.endsBatch) whole = at;
    }
    this.#readTo.set(file, whole);
    for (let at = from; at < whole && readRecord(cached, whole, at, sequence, record, false); ) {
      at = record.next;
      if (record.type !== entryRecord) continue;
      const entry = decodeEntry(cached, record.payloadAt, record.payloadBytes);
      this.#play(decodeRecord(entry.data), entry.index, changes);
    }
  }

  #play(said: JournalRecord, index: number, changes: FragmentChange[]): void {
    const { table } = this;
    if (said.kind === 'floor') {
      table.play(said, index);
      return;
    }
    const before = table.byNumber.get(said.number);
    const {
      version: versionBefore = 0,
      previousVersion: previousBefore = 0,
      fence: fenceBefore = 0,
      lastFence: lastFenceBefore = 0,
      lastSequence: lastSequenceBefore = 0,
    } = before ?? {};
    const chunk = said.kind === 'put' ? said.chunk : (before?.chunk ?? 0);
    const chunkFenceBefore = table.chunks.get(chunk)?.fence ?? 0;
    table.play(said, index);
    const fragment = before ?? table.byNumber.get(said.number);
    if (fragment === undefined) return;
    changes.push({
      record: said,
      fragment,
      ...{ versionBefore, previousBefore, fenceBefore, chunkFenceBefore },
      ...{ lastFenceBefore, lastSequenceBefore },
    });
  }
}
