import type { CoreState } from './core-state.ts';
import { decodeSnapshot } from './snapshot-format.ts';
import type { Member, SnapshotMessage, SnapshotReply } from './types.ts';

/** A snapshot goes in at most so many pieces, however small these are meant to be. */
const mostPieces = 128;
/** Pieces on their way at a time. */
const piecesInFlight = 8;

/** Sends pieces of the snapshot that a follower is getting, as far as the window allows. */
export function sendChunks(core: CoreState, to: Member, nowUs: number): void {
  const progress = core.progress[to]!;
  const { file, index, term: indexTerm } = progress.snapshot!;
  const size = Math.max(core.options.chunkBytes, Math.ceil(file.length / mostPieces));
  const limit = Math.min(file.length, progress.snapshotAcked + piecesInFlight * size);
  progress.outstanding = true;
  progress.sentUs = nowUs;
  while (progress.snapshotOffset < limit) {
    const offset = progress.snapshotOffset;
    const data = file.subarray(offset, offset + size);
    progress.snapshotOffset += data.length;
    core.send(to, {
      kind: 'snapshot',
      term: core.term,
      index,
      indexTerm,
      offset,
      totalBytes: file.length,
      data,
      round: core.round,
    });
  }
}

/**
 * Nothing has moved for a while: pieces or answers were lost, or the follower has forgotten what it
 * had. Goes on from its newest answer, and from the last piece if only the end is missing.
 */
export function resendChunks(core: CoreState, to: Member, nowUs: number): void {
  const progress = core.progress[to]!;
  progress.snapshotAcked = progress.snapshotAnswered;
  progress.snapshotOffset = progress.snapshotAnswered;
  sendChunks(core, to, nowUs);
}

/**
 * Leader: a follower answered a piece. True when it holds the whole snapshot now and appends can go
 * on behind it.
 */
export function chunkAnswered(
  core: CoreState,
  from: Member,
  reply: SnapshotReply,
  nowUs: number,
): boolean {
  const progress = core.progress[from]!;
  if (reply.installed) {
    const grew = reply.index > core.matches[from]!;
    if (grew) core.matches[from] = reply.index;
    if (progress.state === 'snapshot' && reply.index >= progress.snapshot!.index) {
      progress.becomeProbe(core.matches[from]! + 1);
      return true;
    }
    if (progress.next <= core.matches[from]!) progress.next = core.matches[from]! + 1;
    return grew;
  }
  const snapshot = progress.snapshot;
  if (progress.state !== 'snapshot' || snapshot === undefined) return false;
  if (reply.index !== snapshot.index || reply.offset >= snapshot.file.length) return false;
  progress.snapshotAnswered = reply.offset;
  if (reply.offset <= progress.snapshotAcked) return false;
  progress.snapshotAcked = reply.offset;
  if (progress.snapshotOffset < reply.offset) progress.snapshotOffset = reply.offset;
  sendChunks(core, from, nowUs);
  return false;
}

/** Follower: takes a piece of a snapshot from the leader of this term. */
export function receiveChunk(core: CoreState, from: Member, message: SnapshotMessage): void {
  if (core.installing !== undefined) return;
  if (message.index <= core.commit || core.log.term(message.index) === message.indexTerm) {
    // The log holds it already: what the leader has compacted is committed.
    core.options.probe('stale snapshot refused');
    core.commitTo(message.index);
    core.incoming = undefined;
    if (message.index <= core.log.stableIndex) answer(core, from, message.index, 0, true);
    return;
  }
  let incoming = core.incoming;
  if (
    incoming === undefined ||
    incoming.index !== message.index ||
    incoming.indexTerm !== message.indexTerm ||
    incoming.file.length !== message.totalBytes
  ) {
    incoming = {
      index: message.index,
      indexTerm: message.indexTerm,
      file: new Uint8Array(message.totalBytes),
      received: 0,
      ahead: new Map(),
    };
    core.incoming = incoming;
  }
  const end = message.offset + message.data.length;
  if (message.offset >= incoming.received && end <= incoming.file.length) {
    incoming.file.set(message.data, message.offset);
    incoming.ahead.set(message.offset, end);
    let next = incoming.ahead.get(incoming.received);
    while (next !== undefined) {
      incoming.ahead.delete(incoming.received);
      incoming.received = next;
      next = incoming.ahead.get(next);
    }
  }
  if (incoming.received < incoming.file.length) {
    answer(core, from, incoming.index, incoming.received, false);
    return;
  }
  core.incoming = undefined;
  const snapshot = decodeSnapshot(incoming.file);
  if (snapshot?.index !== message.index || snapshot.term !== message.indexTerm) {
    answer(core, from, message.index, 0, false);
    return;
  }
  // The answer leaves when the file is durable: see `snapshotInstalled`.
  core.installing = snapshot;
}

/** Follower: the snapshot under way is durable in its place; the log begins behind it. */
export function snapshotInstalled(core: CoreState): void {
  const snapshot = core.installing!;
  core.installing = undefined;
  core.snapshot = snapshot;
  core.configurations.reset(snapshot.index, snapshot.configuration);
  core.configurationChanged();
  core.log.reset(snapshot.index, snapshot.term);
  core.write.lastIndex = 0;
  core.resetPending = true;
  core.commit = snapshot.index;
  core.applied = snapshot.index;
  core.ackTarget = 0;
  core.ackPending = false;
  if (core.role === 'follower' && core.leader !== 0) {
    core.ackTarget = snapshot.index;
    answer(core, core.leader, snapshot.index, 0, true);
  }
}

function answer(
  core: CoreState,
  to: Member,
  index: number,
  offset: number,
  installed: boolean,
): void {
  const { term, seenRound: round } = core;
  core.send(to, { kind: 'snapshot-reply', term, index, offset, installed, round });
}
