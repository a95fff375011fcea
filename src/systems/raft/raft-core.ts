import { CoreState, type InitialState, type RaftOptions } from './core-state.ts';
import {
  candidacyDurable,
  checkQuorum,
  electionTimedOut,
  handleTimeoutNow,
  handleVote,
  handleVoteReply,
  hasLiveLeader,
} from './election.ts';
import { afterCommit, proposeChange, proposeLeave } from './membership.ts';
import { expireReads, requestRead } from './read-index.ts';
import {
  acknowledge,
  appendAsLeader,
  broadcastHeartbeat,
  confirmReads,
  handleAppend,
  handleAppendReply,
  handleHeartbeat,
  handleHeartbeatReply,
  handleSnapshotReply,
  leaderLogDurable,
} from './replication.ts';
import type { Snapshot } from './snapshot-format.ts';
import { receiveChunk, snapshotInstalled } from './snapshot-transfer.ts';
import { beginTransfer, expireTransfer, orderIfCaughtUp } from './transfer.ts';
import type { Entry, EntryKind, Member, MemberChange, RaftMessage, Transition } from './types.ts';

export type { InitialState, RaftOptions } from './core-state.ts';

/**
 * Raft as a step machine. Time, messages and the ends of disk writes come in as calls; messages,
 * entries to write, entries to apply and reads to serve are taken out by the driver after each call.
 *
 * The order of durability is kept here: a message that speaks for term or vote waits in the machine
 * until these are durable, an acknowledgement until the entries are, and the leader counts its own
 * copy only after its own write.
 */
export class RaftCore extends CoreState {
  constructor(options: RaftOptions, initial: InitialState, nowUs: number) {
    super(options, initial);
    this.leaderContactUs = nowUs - options.electionTimeoutUs;
    this.resetElectionTimer(nowUs);
  }

  /** The first write of this life is durable. */
  begin(nowUs: number): void {
    // The life before may have heard from a leader that counts on that: see `lease.ts`.
    if (this.options.leaseReads) this.leaderContactUs = nowUs;
    this.resetElectionTimer(nowUs);
  }

  /** When `tick` has something to do next, on the clock that is passed in. */
  get deadlineUs(): number {
    if (this.role !== 'leader') return this.electionDeadlineUs;
    if (!this.options.checkQuorum) return this.heartbeatDeadlineUs;
    return Math.min(this.heartbeatDeadlineUs, this.quorumDeadlineUs);
  }

  /** Does what is due. */
  tick(nowUs: number): void {
    if (this.role === 'leader') {
      if (this.options.checkQuorum && nowUs >= this.quorumDeadlineUs) checkQuorum(this, nowUs);
      if (this.role !== 'leader') return;
      // Reads that ask for a round of their own put the next heartbeat off, under load for ever.
      expireTransfer(this, nowUs);
      if (nowUs < this.heartbeatDeadlineUs) return;
      broadcastHeartbeat(this, nowUs);
      expireReads(this, nowUs);
      afterCommit(this, nowUs);
    } else if (nowUs >= this.electionDeadlineUs) {
      electionTimedOut(this, nowUs);
    }
  }

  /** Handles a message of another member. */
  step(from: Member, message: RaftMessage, nowUs: number): void {
    const { commit } = this;
    this.handle(from, message, nowUs);
    if (this.commit > commit) afterCommit(this, nowUs);
  }

  private handle(from: Member, message: RaftMessage, nowUs: number): void {
    if (message.term > this.term) {
      if (!this.enterTerm(from, message, nowUs)) return;
    } else if (message.term < this.term) {
      this.answerOldTerm(from, message);
      return;
    }
    switch (message.kind) {
      case 'append':
        if (this.hearLeader(from, message.round, nowUs)) handleAppend(this, from, message);
        break;
      case 'append-reply':
        handleAppendReply(this, from, message, nowUs);
        break;
      case 'heartbeat':
        if (this.hearLeader(from, message.round, nowUs)) handleHeartbeat(this, from, message);
        break;
      case 'heartbeat-reply':
        handleHeartbeatReply(this, from, message, nowUs);
        break;
      case 'vote':
        handleVote(this, from, message, nowUs);
        break;
      case 'vote-reply':
        handleVoteReply(this, from, message, nowUs);
        break;
      case 'snapshot':
        if (this.hearLeader(from, message.round, nowUs)) receiveChunk(this, from, message);
        break;
      case 'snapshot-reply':
        handleSnapshotReply(this, from, message, nowUs);
        break;
      case 'timeout-now':
        handleTimeoutNow(this, from, nowUs);
        break;
    }
  }

  /** A message of a later term: takes the term on, where it proves one. False: ignore the message. */
  private enterTerm(from: Member, message: RaftMessage, nowUs: number): boolean {
    switch (message.kind) {
      case 'vote':
        if (message.pre) return true;
        if (!message.transfer && hasLiveLeader(this, nowUs)) return false;
        this.becomeFollower(message.term, 0, nowUs);
        return true;
      case 'vote-reply':
        if (message.pre && message.granted) return true;
        this.becomeFollower(message.term, 0, nowUs);
        return true;
      case 'append':
      case 'heartbeat':
      case 'snapshot':
        this.becomeFollower(message.term, from, nowUs);
        return true;
      default:
        this.becomeFollower(message.term, 0, nowUs);
        return true;
    }
  }

  /** Tells a leader or candidate of an earlier term that time has gone on. */
  private answerOldTerm(from: Member, message: RaftMessage): void {
    const { term } = this;
    switch (message.kind) {
      case 'append':
      case 'heartbeat':
      case 'snapshot':
        this.send(from, {
          kind: 'append-reply',
          term,
          ok: false,
          index: 0,
          hintIndex: 0,
          hintTerm: 0,
          round: 0,
        });
        break;
      case 'vote':
        this.send(from, { kind: 'vote-reply', pre: message.pre, term, granted: false });
        break;
      default:
    }
  }

  /** The leader of this term spoke. */
  private hearLeader(from: Member, round: number, nowUs: number): boolean {
    if (this.role === 'leader') {
      this.lostData = `a second leader in term ${this.term}`;
      return false;
    }
    if (this.role !== 'follower' || this.leader !== from) {
      this.becomeFollower(this.term, from, nowUs);
    }
    this.leaderContactUs = nowUs;
    this.yielded = false;
    this.electionDeadlineUs = nowUs + this.drawnTimeoutUs;
    if (round > this.seenRound) this.seenRound = round;
    return true;
  }

  /**
   * Whether a proposal would be taken now. One that is larger than all that may wait is taken when
   * nothing waits, or it never could be.
   */
  accepts(dataBytes: number): boolean {
    if (this.role !== 'leader' || this.diskFailing || this.transferee !== 0) return false;
    const { maxUncommitted, maxUncommittedBytes } = this.options;
    if (this.log.lastIndex - this.commit >= maxUncommitted) return false;
    if (this.uncommittedBytes === 0) return true;
    if (this.uncommittedBytes + dataBytes <= maxUncommittedBytes) return true;
    this.options.probe('too much is uncommitted');
    return false;
  }

  /** Leader: appends an entry. The caller has asked `accepts`. */
  propose(kind: EntryKind, data: Uint8Array, nowUs: number): Entry {
    if (this.role !== 'leader') throw new Error('only a leader takes proposals');
    return appendAsLeader(this, kind, data, nowUs);
  }

  /** Leader: begins a change of membership. Gives its entry, or why it cannot be done now. */
  change(
    changes: readonly MemberChange[],
    transition: Transition,
    nowUs: number,
  ): Entry | { readonly refused: string } {
    const result = proposeChange(this, changes, transition, nowUs);
    afterCommit(this, nowUs);
    return result;
  }

  /** Leader: leaves a joint configuration. Gives its entry, or why it cannot be done now. */
  leave(nowUs: number): Entry | { readonly refused: string } {
    const result = proposeLeave(this, nowUs);
    afterCommit(this, nowUs);
    return result;
  }

  /** Leader: hands leadership to a voter. Gives why it cannot be done; empty when it has begun. */
  transfer(target: Member, nowUs: number): string {
    const refused = beginTransfer(this, target, nowUs);
    if (refused === '') orderIfCaughtUp(this);
    return refused;
  }

  /**
   * Leader: asks for a linearizable read. The number comes back in `releasedReads` or in
   * `refusedReads`. False when this node does not lead.
   */
  readIndex(read: number, nowUs: number): boolean {
    if (!requestRead(this, read, nowUs)) return false;
    confirmReads(this, nowUs);
    return true;
  }

  /** Whether something is to be made durable and no write is under way. */
  get needsWrite(): boolean {
    if (this.write.active) return false;
    return this.log.lastIndex > this.log.stableIndex || !this.hardStateDurable || this.resetPending;
  }

  /**
   * A write begins: of term and vote, of the reset (if `write.reset`), and of the entries from
   * `log.stableIndex + 1` to `log.lastIndex`, all as they are now.
   */
  beginWrite(): void {
    const { write } = this;
    write.active = true;
    write.hardVersion = this.hardVersion;
    write.lastIndex = this.log.lastIndex;
    write.reset = this.resetPending;
    this.resetPending = false;
  }

  /** The write under way is durable. */
  writeDone(nowUs: number): void {
    const { write, log } = this;
    write.active = false;
    if (write.lastIndex > log.stableIndex) log.stableIndex = write.lastIndex;
    this.durableVersion = write.hardVersion;
    if (this.hardStateDurable) {
      this.releaseGated();
      if (this.role === 'candidate' && !this.requested) candidacyDurable(this, nowUs);
    }
    if (this.role === 'leader') {
      leaderLogDurable(this, nowUs);
      afterCommit(this, nowUs);
    } else if (this.ackPending && this.role === 'follower' && this.leader !== 0) {
      acknowledge(this, this.leader);
    }
  }

  /** The write under way failed: nothing of it counts as durable. */
  writeFailed(): void {
    this.write.active = false;
    if (this.write.reset) this.resetPending = true;
  }

  /** The state machine has applied up to here. */
  appliedTo(index: number): void {
    if (index < this.applied || index > this.commit) throw new Error(`applied ${index}`);
    this.applied = index;
  }

  /** A snapshot of this node's own state machine is durable; keeps `trailing` entries before it. */
  snapshotTaken(snapshot: Snapshot, trailing: number, nowUs: number): void {
    if (snapshot.index <= (this.snapshot?.index ?? 0)) return;
    this.snapshot = snapshot;
    this.configurations.forgetBelow(snapshot.index);
    this.compact(snapshot.index - trailing, nowUs);
  }

  /** Entries stay that a follower will need behind the snapshot it is getting, while it answers. */
  private compact(index: number, nowUs: number): void {
    let to = index;
    if (this.role === 'leader') {
      const silentSinceUs = nowUs - 2 * this.options.electionTimeoutUs;
      for (const member of this.others) {
        const { snapshot, heardUs } = this.progress[member]!;
        if (snapshot !== undefined && heardUs > silentSinceUs && snapshot.index < to) {
          to = snapshot.index;
        }
      }
    }
    this.log.compactTo(to);
  }

  /** The snapshot in `installing` is durable under its name. */
  installed(): void {
    snapshotInstalled(this);
  }

  /** The snapshot in `installing` could not be kept; the leader will send it again. */
  installFailed(): void {
    this.installing = undefined;
  }

  /** Leads no longer, of its own accord: its disk does not work. */
  stepDown(nowUs: number): void {
    if (this.role === 'leader') this.becomeFollower(this.term, 0, nowUs);
  }
}
