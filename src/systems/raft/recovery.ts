import { decodeSnapshot, type Snapshot, snapshotIndexOf } from './snapshot-format.ts';
import type { Entry, Member } from './types.ts';
import type { WalPosition } from './wal.ts';
import { segmentName, segmentSequence } from './wal-format.ts';
import { Replay } from './wal-replay.ts';
import { followedByBatch, type Link, readHeader, replayChain } from './wal-segment.ts';

/** What a node has promised and cannot read any more. */
export interface Loss {
  /** The entry before the first of `entries`. */
  readonly baseIndex: number;
  readonly baseTerm: number;
  /** Checksums of the lost payloads by index: `entryChecksum`. */
  readonly holes: ReadonlyMap<number, number>;
  /** Above 0: the snapshot is lost, and one is needed that covers at least this index. */
  readonly snapshotIndex: number;
}

/** What the files of a node say. */
export interface Recovered {
  /**
   * `empty`: no promise can ever have been made with these files. `damaged`: bytes or files that
   * were promised are missing, and it is not known what they said. `repairable`: they are missing,
   * and all is known of them but the payload (see `loss`). `whole`: everything else, a torn tail
   * included.
   */
  readonly verdict: 'empty' | 'whole' | 'repairable' | 'damaged';
  /** What is damaged. */
  readonly reason: string;
  readonly term: number;
  readonly votedFor: Member;
  readonly snapshot: Snapshot | undefined;
  /** Entries behind the snapshot. When repairable, those that are lost stand there without data. */
  readonly entries: readonly Entry[];
  /** What has to be fetched; undefined when nothing is missing. */
  readonly loss: Loss | undefined;
  /** Sequences of the segments of the chain, oldest first. */
  readonly chain: readonly number[];
  /** Bytes of the last segment that count. */
  readonly end: number;
  /** End of the log as the segments tell it, before the snapshot had its say. */
  readonly lastIndex: number;
  readonly lastTerm: number;
  /**
   * The chain without the last batch: all that is proved to be durable. Of the last batch nothing
   * is known, not even after a sync: if the life before met a sync that failed, the cache may hold
   * bytes that never reached the disk and that no sync will write any more.
   */
  readonly proved: WalPosition;
  /** First entry that must be written again behind `proved`; 0: the whole log, after a reset. */
  readonly repeatFrom: number;
  /** The last segment ends in bytes that are no whole batch. */
  readonly tornTail: boolean;
  /** Something was written and did not survive: a hole, zeros, a segment without a beginning. */
  readonly lostWrite: boolean;
  /** Files that count for nothing. */
  readonly voidFiles: readonly string[];
}

/** Reads the files of a node: pure, and the same for the node itself and for an auditor. */
export function recover(files: ReadonlyMap<string, Uint8Array>): Recovered {
  const names = [...files.keys()];
  const snapshotNames = names.filter((name) => snapshotIndexOf(name) > 0).sort();
  const newest = snapshotNames[snapshotNames.length - 1];
  const highestSequence = names.reduce((most, name) => Math.max(most, segmentSequence(name)), 0);
  const replay = new Replay();
  const promisedSnapshot = newest === undefined ? 0 : snapshotIndexOf(newest);
  let snapshot = newest === undefined ? undefined : decodeSnapshot(files.get(newest)!);
  if (snapshot?.index !== promisedSnapshot) snapshot = undefined;
  const parts = { replay, snapshot, promisedSnapshot, highestSequence };
  const chain = findChain(files, highestSequence, promisedSnapshot, replay);
  if (typeof chain === 'string') return result(parts, 'damaged', chain, [], []);
  if (chain.length === 0) {
    const reason = newest === undefined ? '' : 'a snapshot without a log';
    return result(parts, newest === undefined ? 'empty' : 'damaged', reason, [], names);
  }
  const wrong = replayChain(chain, replay);
  const kept = new Set(chain.map((link) => segmentName(link.header.sequence)));
  if (newest !== undefined) kept.add(newest);
  const voidFiles = names.filter((name) => !kept.has(name));
  if (wrong !== '') return result(parts, 'damaged', wrong, chain, voidFiles);
  const lacks = missingSnapshot(replay, snapshot, promisedSnapshot);
  if (lacks === 0 && !replay.damaged) return result(parts, 'whole', '', chain, voidFiles);
  const what = lacks > 0 ? `the snapshot at ${promisedSnapshot} or later` : 'records of the log';
  return result(parts, 'repairable', `${what} cannot be read`, chain, voidFiles, lacks);
}

/**
 * The index that a snapshot from elsewhere has to cover, because the one that the log continues
 * cannot be read; 0 when none is needed.
 */
function missingSnapshot(
  replay: Replay,
  snapshot: Snapshot | undefined,
  promisedSnapshot: number,
): number {
  const { baseIndex, baseTerm } = replay;
  if (snapshot === undefined ? promisedSnapshot + baseIndex === 0 : baseIndex <= snapshot.index) {
    return 0;
  }
  return Math.max(baseTerm < 0 ? baseIndex + 1 : baseIndex, promisedSnapshot);
}

interface Parts {
  readonly replay: Replay;
  readonly snapshot: Snapshot | undefined;
  readonly promisedSnapshot: number;
  readonly highestSequence: number;
}

function result(
  { replay, snapshot, highestSequence }: Parts,
  verdict: Recovered['verdict'],
  reason: string,
  chain: readonly Link[],
  voidFiles: readonly string[],
  lostSnapshot: number = 0,
): Recovered {
  const { term, votedFor, end, tornTail, lostWrite, lastIndex, lastTerm } = replay;
  let entries: readonly Entry[] = [];
  if (lostSnapshot > 0) entries = replay.entries;
  else if (verdict === 'whole' || verdict === 'repairable') {
    entries = entriesBehind(replay, snapshot?.index ?? 0, snapshot?.term ?? 0);
  }
  const proved = provedPart(chain, replay, highestSequence);
  return {
    verdict,
    reason,
    term,
    votedFor,
    snapshot,
    entries,
    loss: verdict === 'repairable' ? lossOf(replay, snapshot, entries, lostSnapshot) : undefined,
    chain: chain.map(({ header }) => header.sequence),
    end,
    lastIndex,
    lastTerm,
    proved,
    repeatFrom: proved.segments.length === 0 ? 0 : repeatFrom(replay, entries, snapshot),
    tornTail,
    lostWrite,
    voidFiles,
  };
}

function lossOf(
  replay: Replay,
  snapshot: Snapshot | undefined,
  entries: readonly Entry[],
  snapshotIndex: number,
): Loss | undefined {
  const holes = new Map<number, number>();
  for (const { index } of entries) {
    const checksum = replay.holes.get(index);
    if (checksum !== undefined) holes.set(index, checksum);
  }
  if (holes.size === 0 && snapshotIndex === 0) return undefined;
  const { baseIndex, baseTerm } = replay;
  if (snapshotIndex > 0) return { baseIndex, baseTerm, holes, snapshotIndex };
  const [index, term] = [snapshot?.index ?? 0, snapshot?.term ?? 0];
  return { baseIndex: index, baseTerm: term, holes, snapshotIndex };
}

/** The chain up to where the last batch begins; a segment that has no other does not count. */
function provedPart(
  chain: readonly Link[],
  replay: Replay,
  highestSequence: number,
): Recovered['proved'] {
  const last = chain[chain.length - 1];
  const kept = replay.batchAt > 0 ? chain : chain.slice(0, -1);
  if (last === undefined || kept.length === 0) {
    return { segments: [], end: 0, highestSequence, lastIndex: 0, lastTerm: 0 };
  }
  return {
    segments: kept.map(({ header: { sequence, lastIndex } }) => ({
      sequence,
      startIndex: lastIndex,
    })),
    end: replay.batchAt > 0 ? replay.batchAt : last.header.previousEnd,
    highestSequence,
    lastIndex: replay.batchLastIndex,
    lastTerm: replay.batchLastTerm,
  };
}

/** See `Recovered`. */
function repeatFrom(
  replay: Replay,
  entries: readonly Entry[],
  snapshot: Snapshot | undefined,
): number {
  const { lastIndex, lastTerm, batchEntry, batchResets } = replay;
  const snapshotIndex = snapshot?.index ?? 0;
  // The log did not go through the snapshot: it begins behind it from now on.
  const disagrees =
    entries.length === 0 && (lastIndex !== snapshotIndex || lastTerm !== (snapshot?.term ?? 0));
  if (batchResets || disagrees) return 0;
  if (batchEntry === 0) return lastIndex + 1;
  return batchEntry > snapshotIndex ? batchEntry : 0;
}

/** From the newest segment with a valid header back to where the snapshot begins; or what is wrong. */
function findChain(
  files: ReadonlyMap<string, Uint8Array>,
  highestSequence: number,
  snapshotIndex: number,
  replay: Replay,
): Link[] | string {
  let sequence = highestSequence;
  let link: Link | undefined;
  while (link === undefined && sequence > 0) {
    const bytes = files.get(segmentName(sequence));
    if (bytes !== undefined) {
      link = readHeader(bytes, sequence, bytes.length, false);
      if (link === undefined) {
        if (followedByBatch(bytes, 0, sequence, -1, 1)) {
          return `${segmentName(sequence)} has lost its header`;
        }
        replay.lostWrite = true;
      }
    }
    sequence--;
  }
  if (link === undefined) return [];
  const chain = [link];
  while (link.header.lastIndex > snapshotIndex) {
    const { previousSequence, previousEnd } = link.header;
    const name = segmentName(previousSequence);
    const bytes = files.get(name);
    if (previousSequence === 0 || bytes === undefined) {
      return `${name} is missing, and the log needs it`;
    }
    if (bytes.length < previousEnd) return `${name} is shorter than it was`;
    link = readHeader(bytes, previousSequence, previousEnd, true);
    if (link === undefined) return `${name} has lost its header`;
    chain.unshift(link);
  }
  return chain;
}

/** Entries behind the snapshot; none when the log does not go through it. */
function entriesBehind(replay: Replay, index: number, term: number): readonly Entry[] {
  const { baseIndex, entries } = replay;
  if (replay.lastIndex <= index) return [];
  const termThere = index === baseIndex ? replay.baseTerm : entries[index - 1 - baseIndex]!.term;
  return termThere === term ? entries.slice(index - baseIndex) : [];
}
