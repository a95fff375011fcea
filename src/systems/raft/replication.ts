import type { CoreState } from './core-state.ts';
import { beginLeaseRound, extendLease, restartLease } from './lease.ts';
import type { Progress } from './progress.ts';
import { quorumValue } from './quorum.ts';
import { beginRound, roundAcknowledged } from './read-index.ts';
import { chunkAnswered, resendChunks, sendChunks } from './snapshot-transfer.ts';
import { orderIfCaughtUp } from './transfer.ts';
import type {
  AppendMessage,
  AppendReply,
  Entry,
  EntryKind,
  HeartbeatMessage,
  HeartbeatReply,
  Member,
  SnapshotReply,
} from './types.ts';

const noData: Uint8Array = new Uint8Array(0);
const noEntries: readonly Entry[] = [];

/** A new leader appends an entry of its own term, with which all before it is committed. */
export function becomeLeaderAppend(core: CoreState, nowUs: number): void {
  appendAsLeader(core, 'noop', noData, nowUs);
}

/** Appends an entry to the leader's own log and sends it on. */
export function appendAsLeader(
  core: CoreState,
  kind: EntryKind,
  data: Uint8Array,
  nowUs: number,
): Entry {
  const entry: Entry = { term: core.term, index: core.log.lastIndex + 1, kind, data };
  core.log.append(entry);
  core.uncommittedBytes += data.length;
  if (core.configurations.appended(entry)) configurationInForce(core);
  for (const to of core.others) sendOn(core, to, nowUs);
  return entry;
}

/** Leader: another configuration is in force from here on. */
function configurationInForce(core: CoreState): void {
  const before = core.others;
  core.configurationChanged();
  restartLease(core);
  for (const member of core.others) {
    if (before.includes(member)) continue;
    // What it acknowledged as an earlier member it holds still; it has had no time to answer yet.
    const progress = core.progress[member]!;
    progress.becomeProbe(core.log.lastIndex + 1);
    progress.active = true;
  }
}

/** Whether a follower must answer before it gets more. */
function isPaused(core: CoreState, progress: Progress): boolean {
  if (progress.state !== 'replicate') return progress.outstanding;
  const { count, bytes } = progress.window;
  const { maxInflight, maxInflightBytes } = core.options;
  return count >= maxInflight || (count > 0 && bytes >= maxInflightBytes);
}

/** Sends a follower all that it lacks, as far as it may get it now. */
function sendOn(core: CoreState, to: Member, nowUs: number): void {
  const progress = core.progress[to]!;
  const { lastIndex } = core.log;
  while (!isPaused(core, progress)) {
    if (progress.state === 'replicate' && progress.next > lastIndex) return;
    sendAppend(core, to, nowUs);
  }
  if (progress.state === 'replicate' && progress.next <= lastIndex) {
    core.options.probe('pipeline full');
  }
}

/** Sends a follower what it needs next: a batch of entries, a probe, or a piece of a snapshot. */
export function sendAppend(core: CoreState, to: Member, nowUs: number): void {
  const progress = core.progress[to]!;
  const { log, options } = core;
  if (progress.state === 'snapshot') {
    resendChunks(core, to, nowUs);
    return;
  }
  const prevIndex = progress.next - 1;
  const prevTerm = log.term(prevIndex);
  if (prevTerm < 0) {
    // Its next entry is compacted away, which only a snapshot can have allowed.
    progress.becomeSnapshot(core.snapshot!);
    sendChunks(core, to, nowUs);
    return;
  }
  const entries =
    progress.next > log.lastIndex
      ? noEntries
      : log.slice(progress.next, options.batchEntries, options.batchBytes);
  if (progress.state === 'replicate') {
    if (progress.window.count === 0) progress.sentUs = nowUs;
    progress.next = prevIndex + entries.length + 1;
    progress.window.add(prevIndex + entries.length, bytesOf(entries));
  } else {
    progress.outstanding = true;
    progress.sentUs = nowUs;
  }
  core.send(to, {
    kind: 'append',
    term: core.term,
    prevIndex,
    prevTerm,
    entries,
    commit: core.commit,
    round: core.round,
  });
}

function bytesOf(entries: readonly Entry[]): number {
  let bytes = 0;
  for (const entry of entries) bytes += entry.data.length;
  return bytes;
}

export function broadcastHeartbeat(core: CoreState, nowUs: number): void {
  beginLeaseRound(core, nowUs);
  core.heartbeatDeadlineUs = nowUs + core.options.heartbeatUs;
  const { term, commit, round } = core;
  for (const to of core.others) {
    const match = core.matches[to]!;
    const known = match < commit ? match : commit;
    core.send(to, { kind: 'heartbeat', term, commit: known, round });
  }
}

/** Starts confirming leadership for reads that wait, if any do. */
export function confirmReads(core: CoreState, nowUs: number): void {
  if (beginRound(core, nowUs) && core.confirmingReads.length > 0) broadcastHeartbeat(core, nowUs);
}

/**
 * Commits what a quorum holds durably. Only an entry of the leader's own term is committed by
 * counting; those before it come along (Raft, section 5.4.2).
 */
export function maybeCommit(core: CoreState, nowUs: number): void {
  const index = quorumValue(core.matches, core.configuration);
  if (index <= core.commit || core.log.term(index) !== core.term) return;
  if (core.log.term(core.commit + 1) < core.term && index > core.commit + 1) {
    core.options.probe('old-term entry committed through a new one');
  }
  core.commitTo(index);
  core.options.probe('commit advanced');
  core.committedInTerm = true;
  confirmReads(core, nowUs);
}

/** The leader's own log is durable up to here. */
export function leaderLogDurable(core: CoreState, nowUs: number): void {
  if (core.log.stableIndex <= core.matches[core.self]!) return;
  core.matches[core.self] = core.log.stableIndex;
  maybeCommit(core, nowUs);
}

/** Whether an answer comes from somebody who gets the log from this leader. */
function isFollower(core: CoreState, from: Member): boolean {
  return core.role === 'leader' && core.others.includes(from);
}

/** A follower of this term answered: it lives, and it may have confirmed a round. */
function heard(core: CoreState, from: Member, round: number, nowUs: number): void {
  const progress = core.progress[from]!;
  progress.active = true;
  progress.heardUs = nowUs;
  if (round <= core.ackedRounds[from]!) return;
  if (roundAcknowledged(core, from, round)) confirmReads(core, nowUs);
  extendLease(core);
}

export function handleAppendReply(
  core: CoreState,
  from: Member,
  message: AppendReply,
  nowUs: number,
): void {
  if (!isFollower(core, from)) return;
  heard(core, from, message.round, nowUs);
  const progress = core.progress[from]!;
  if (!message.ok) {
    refused(core, from, message, nowUs);
    return;
  }
  if (progress.state === 'replicate') {
    if (progress.window.freeTo(message.index)) progress.sentUs = nowUs;
  } else if (progress.state === 'probe' && message.index >= progress.next - 1) {
    progress.outstanding = false;
  }
  if (message.index > core.matches[from]!) {
    core.matches[from] = message.index;
    if (progress.state === 'probe') progress.becomeReplicate(message.index + 1);
    else if (progress.next <= message.index) progress.next = message.index + 1;
    if (progress.state === 'snapshot' && message.index >= progress.snapshot!.index) {
      progress.becomeReplicate(message.index + 1);
    }
    if (message.index > core.commit) maybeCommit(core, nowUs);
    if (core.transferee === from) orderIfCaughtUp(core);
  } else if (progress.state === 'probe' && message.index === progress.next - 1) {
    progress.becomeReplicate(message.index + 1);
  }
  if (progress.state !== 'snapshot' && progress.next <= core.log.lastIndex) {
    sendOn(core, from, nowUs);
  }
}

/** The logs do not match where the append said: goes back as far as the hint allows. */
function refused(core: CoreState, from: Member, message: AppendReply, nowUs: number): void {
  const progress = core.progress[from]!;
  const match = core.matches[from]!;
  if (progress.state === 'snapshot' || message.index <= match) return;
  // A refusal of an append that has been superseded since says nothing new.
  if (progress.state === 'probe' && message.index !== progress.next - 1) return;
  const { log } = core;
  const hint =
    message.hintIndex < log.firstIndex
      ? message.hintIndex
      : log.lastIndexWithin(message.hintIndex, message.hintTerm);
  const next = Math.min(message.index, hint + 1);
  progress.becomeProbe(next > match ? next : match + 1);
  sendAppend(core, from, nowUs);
}

/** Frees a follower whose answer was lost, and brings one that lags up to date. */
export function handleHeartbeatReply(
  core: CoreState,
  from: Member,
  message: HeartbeatReply,
  nowUs: number,
): void {
  if (!isFollower(core, from)) return;
  heard(core, from, message.round, nowUs);
  const progress = core.progress[from]!;
  if (progress.waits) {
    if (nowUs - progress.sentUs < core.options.heartbeatUs) return;
    if (progress.state === 'replicate') progress.becomeProbe(core.matches[from]! + 1);
    sendAppend(core, from, nowUs);
  } else if (core.matches[from]! < core.log.lastIndex || progress.state === 'snapshot') {
    sendAppend(core, from, nowUs);
  }
}

export function handleSnapshotReply(
  core: CoreState,
  from: Member,
  message: SnapshotReply,
  nowUs: number,
): void {
  if (!isFollower(core, from)) return;
  heard(core, from, message.round, nowUs);
  if (!chunkAnswered(core, from, message, nowUs)) return;
  if (core.transferee === from) orderIfCaughtUp(core);
  maybeCommit(core, nowUs);
  if (!core.progress[from]!.outstanding) sendAppend(core, from, nowUs);
}

/** Follower: takes entries from the leader of this term. */
export function handleAppend(core: CoreState, from: Member, message: AppendMessage): void {
  if (core.installing !== undefined) return;
  const { log } = core;
  const last = message.prevIndex + message.entries.length;
  if (log.lastIndex - log.stableIndex > 2 * core.options.maxUncommitted) return;
  if (message.prevIndex >= core.commit && log.term(message.prevIndex) !== message.prevTerm) {
    refuse(core, from, message);
    return;
  }
  // Up to the commit index the logs are equal by Leader Completeness.
  for (const entry of message.entries) {
    if (entry.index <= core.commit || log.term(entry.index) === entry.term) continue;
    if (entry.index <= log.lastIndex) truncate(core, entry.index);
    log.append(entry);
    if (core.configurations.appended(entry)) core.configurationChanged();
  }
  if (last > core.ackTarget) core.ackTarget = last;
  core.commitTo(message.commit < last ? message.commit : last);
  if (last <= log.stableIndex) acknowledge(core, from);
  else core.ackPending = true;
}

function truncate(core: CoreState, index: number): void {
  if (index <= core.commit) throw new Error(`committed entry ${index} would be overwritten`);
  core.options.probe('uncommitted tail truncated');
  core.log.truncateFrom(index);
  if (core.configurations.truncatedFrom(index)) {
    core.options.probe('configuration taken back');
    core.configurationChanged();
  }
  if (core.write.lastIndex >= index) core.write.lastIndex = index - 1;
}

function refuse(core: CoreState, from: Member, message: AppendMessage): void {
  const hintIndex = core.log.lastIndexWithin(message.prevIndex, message.prevTerm);
  core.send(from, {
    kind: 'append-reply',
    term: core.term,
    ok: false,
    index: message.prevIndex,
    hintIndex,
    hintTerm: core.log.term(hintIndex),
    round: core.seenRound,
  });
}

/** Tells the leader how far the log is known to match and durable. */
export function acknowledge(core: CoreState, to: Member): void {
  const { log } = core;
  const index = core.ackTarget < log.stableIndex ? core.ackTarget : log.stableIndex;
  core.ackPending = core.ackTarget > index;
  core.send(to, {
    kind: 'append-reply',
    term: core.term,
    ok: true,
    index,
    hintIndex: 0,
    hintTerm: 0,
    round: core.seenRound,
  });
}

/** Follower: the leader of this term lives. */
export function handleHeartbeat(core: CoreState, from: Member, message: HeartbeatMessage): void {
  if (message.commit > core.log.lastIndex) {
    // The leader knows that this log held it durably, in this very term.
    core.lostData = `acknowledged up to ${message.commit}, found up to ${core.log.lastIndex}`;
    return;
  }
  if (core.installing === undefined) core.commitTo(message.commit);
  core.send(from, { kind: 'heartbeat-reply', term: core.term, round: core.seenRound });
}
