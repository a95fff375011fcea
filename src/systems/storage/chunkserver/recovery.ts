import { type Recovered, recover } from '../../raft/recovery.ts';
import { snapshotIndexOf } from '../../raft/snapshot-format.ts';
import { segmentSequence } from '../../raft/wal-format.ts';
import { Fragment } from './fragment.ts';
import { FragmentTable } from './fragment-table.ts';
import { type Checkpoint, decodeCheckpoint, decodeRecord } from './journal-format.ts';
import { decodeSums, type FragmentFile, parseFragmentFile } from './sums-format.ts';

/** The files of a chunkserver by their names in the two directories. */
export interface ServerFiles {
  readonly journal: ReadonlyMap<string, Uint8Array>;
  /** Of checksum files the bytes; of others only that they are there. */
  readonly fragments: ReadonlyMap<string, Uint8Array>;
  /** Files of the journal that are there and cannot be read; their bytes stand as empty. */
  readonly unreadable?: ReadonlySet<string>;
}

const none: ReadonlySet<string> = new Set();

/** What the files of a chunkserver say. */
export interface RecoveredServer {
  readonly table: FragmentTable;
  /** No file of the journal is there. */
  readonly empty: boolean;
  /** Something that was promised cannot be read: fences may be forgotten with it. */
  readonly lost: boolean;
  /** What a life before had lost is not settled yet: see `Checkpoint.owesFloor`. */
  readonly owesFloor: boolean;
  /** Above the index of everything that was ever written here. */
  readonly nextIndex: number;
  readonly highestSequence: number;
  /** Files of fragments that belong to nothing. */
  readonly orphans: readonly string[];
  readonly reason: string;
}

/**
 * Reads the files of a chunkserver: pure, the same for the server itself and for an auditor. What was
 * promised and cannot be read any more makes its fragment bad, never older: a rotten entry of the
 * journal all fragments of its chunk, a journal that cannot be followed all fragments. A file that
 * cannot be read at all is like one that has rotted from end to end.
 */
export function recoverServer({
  journal,
  fragments,
  unreadable = none,
}: ServerFiles): RecoveredServer {
  const recovered = recover(journal);
  const hidden = hiddenEnd(recovered, unreadable);
  const table = new FragmentTable();
  const files = groupFiles(fragments);
  let lost = loadFragments(table, files);
  const checkpoint = checkpointOf(recovered);
  if (checkpoint !== undefined) table.restore(checkpoint);
  else if (recovered.verdict !== 'empty' || table.byNumber.size > 0) lost = true;
  const isLost =
    hidden !== undefined ||
    recovered.verdict === 'damaged' ||
    (recovered.verdict === 'empty' && table.byNumber.size > 0);
  if (isLost) {
    for (const fragment of table.byNumber.values()) makeBad(table, fragment);
    lost = true;
  } else if (playEntries(table, recovered)) lost = true;
  const orphans: string[] = [];
  for (const [number, { names }] of files) {
    table.nextNumber = Math.max(table.nextNumber, number + 1);
    const fragment = table.byNumber.get(number);
    if (fragment === undefined) orphans.push(...names);
    else if (lacksData(fragment, names)) makeBad(table, fragment);
  }
  for (const fragment of table.byNumber.values()) {
    if (!files.has(fragment.number) && lacksData(fragment, [])) makeBad(table, fragment);
    if (fragment.version === 0) lost = true;
  }
  return {
    table,
    empty: recovered.verdict === 'empty' && hidden === undefined,
    lost,
    owesFloor: checkpoint?.owesFloor === 1,
    nextIndex: highestIndex(journal, recovered, table) + 1,
    highestSequence: highest([...journal.keys()], segmentSequence),
    orphans,
    reason: hidden === undefined ? recovered.reason : `${hidden} cannot be read`,
  };
}

/**
 * A segment that cannot be read and that no other one follows. Empty bytes pass for a segment that was
 * begun and never promised, but this one may have been.
 */
function hiddenEnd({ chain }: Recovered, unreadable: ReadonlySet<string>): string | undefined {
  const last = chain[chain.length - 1] ?? 0;
  return [...unreadable].find((name) => segmentSequence(name) > last);
}

/** Undefined when there is none, or it cannot be read. */
function checkpointOf({ snapshot }: Recovered): Checkpoint | undefined {
  if (snapshot === undefined) return undefined;
  try {
    return decodeCheckpoint(snapshot.machine);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

interface FilesOfFragment {
  readonly file: FragmentFile;
  readonly names: string[];
  sums: Uint8Array | undefined;
}

function groupFiles(fragments: ReadonlyMap<string, Uint8Array>): Map<number, FilesOfFragment> {
  const files = new Map<number, FilesOfFragment>();
  for (const [name, bytes] of fragments) {
    const file = parseFragmentFile(name);
    if (file === undefined) continue;
    let all = files.get(file.number);
    if (all === undefined) {
      all = { file, names: [], sums: undefined };
      files.set(file.number, all);
    }
    all.names.push(name);
    if (file.kind === 'sums') all.sums = bytes;
  }
  return files;
}

/** A fragment without readable checksums stands there as bad. True when there is one. */
function loadFragments(table: FragmentTable, files: ReadonlyMap<number, FilesOfFragment>): boolean {
  let damaged = false;
  for (const { file, sums } of files.values()) {
    const fragment = sums === undefined ? undefined : decodeSums(file, sums);
    if (fragment !== undefined) {
      table.add(fragment);
      continue;
    }
    if (sums !== undefined) damaged = true;
    const unknown = new Fragment(file.number, { ...file, version: 0 });
    unknown.fault = 'bad';
    table.add(unknown);
    table.dirty.add(unknown);
  }
  return damaged;
}

/** True when an entry was lost. */
function playEntries(table: FragmentTable, { entries, loss }: Recovered): boolean {
  const badChunks = new Set<number>();
  for (const { index, term: chunk, data } of entries) {
    if (loss?.holes.has(index)) badChunks.add(chunk);
    else table.play(decodeRecord(data), index);
  }
  for (const chunk of badChunks) {
    for (const fragment of table.chunks.get(chunk)?.fragments ?? []) makeBad(table, fragment);
  }
  return badChunks.size > 0;
}

function makeBad(table: FragmentTable, fragment: Fragment): void {
  if (fragment.fault !== null) return;
  table.setBad(fragment);
  table.dirty.add(fragment);
}

/** The journal has not all blocks, and there is no data file. */
function lacksData({ blocks, fresh }: Fragment, names: readonly string[]): boolean {
  if (names.some((name) => name.endsWith('.data'))) return false;
  return blocks.some((block, at) => block !== null && !fresh.has(at));
}

function highestIndex(
  journal: ReadonlyMap<string, Uint8Array>,
  { lastIndex }: Recovered,
  table: FragmentTable,
): number {
  let most = Math.max(lastIndex, highest([...journal.keys()], snapshotIndexOf));
  for (const { index } of table.byNumber.values()) most = Math.max(most, index);
  return most;
}

function highest(names: readonly string[], of: (name: string) => number): number {
  return names.reduce((most, name) => Math.max(most, of(name)), 0);
}
