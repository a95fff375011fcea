import { ConfigurationHistory } from './configuration-history.ts';
import { RaftLog } from './log.ts';
import { Progress } from './progress.ts';
import { allMembers, isVoter } from './quorum.ts';
import type { Snapshot } from './snapshot-format.ts';
import type { Configuration, Entry, Member, RaftMessage, Role } from './types.ts';

/** Constants of one node. Times in microseconds. */
export interface RaftOptions {
  readonly self: Member;
  /** Members are numbered from 1 to this. */
  readonly members: number;
  readonly electionTimeoutUs: number;
  readonly heartbeatUs: number;
  /** Entries and bytes of data in one append. */
  readonly batchEntries: number;
  readonly batchBytes: number;
  readonly chunkBytes: number;
  readonly preVote: boolean;
  /** A leader that does not hear from a quorum steps down; followers of a live leader do not vote. */
  readonly checkQuorum: boolean;
  /** Entries, and bytes of their data, that may wait for commitment before a leader refuses more. */
  readonly maxUncommitted: number;
  readonly maxUncommittedBytes: number;
  /** Appends, and bytes of their entries, that may be on their way to one follower. */
  readonly maxInflight: number;
  readonly maxInflightBytes: number;
  /** Serve reads without asking a quorum while a lease lasts; needs `checkQuorum`. */
  readonly leaseReads: boolean;
  /** How wrong the rate of a monotonic clock may be, either way, in parts per million. */
  readonly driftBoundPpm: number;
  /** By member less 1: who should rather lead; members that are not named have 0. */
  readonly priorities: readonly number[];
  /** A duration from one to two election timeouts. */
  drawElectionTimeout(term: number, campaign: number): number;
  probe(name: string): void;
}

/** What a node starts from. */
export interface InitialState {
  readonly term: number;
  readonly votedFor: Member;
  readonly configuration: Configuration;
  readonly snapshot: Snapshot | undefined;
  /** Durable entries behind the snapshot, contiguous. */
  readonly entries: readonly Entry[];
}

/** A snapshot on its way in. */
export interface IncomingSnapshot {
  readonly index: number;
  readonly indexTerm: number;
  readonly file: Uint8Array;
  /** Bytes from the start without a gap. */
  received: number;
  /** Pieces behind a gap: offset to end. */
  readonly ahead: Map<number, number>;
}

/** A write that is under way. */
interface WriteInFlight {
  active: boolean;
  hardVersion: number;
  lastIndex: number;
  reset: boolean;
}

/**
 * Memory of the step machine and the moves that all its parts share. No input or output and no
 * clock: time comes in as an argument, messages go out through `outbox`, and what must be durable
 * first is announced by `beginWrite` and confirmed by `writeDone` (in `raft-core.ts`).
 */
export class CoreState {
  readonly options: RaftOptions;
  readonly self: Member;
  readonly log: RaftLog;
  readonly configurations: ConfigurationHistory;
  /** The newest of `configurations`: in force as soon as it is in the log. */
  configuration: Configuration;
  /** Everybody but this node who gets the log. */
  others: readonly Member[];

  term: number;
  votedFor: Member;
  role: Role = 'follower';
  leader: Member = 0;
  commit: number;
  applied: number;
  snapshot: Snapshot | undefined;

  /** Rises with each change of term or vote; messages wait until theirs is durable. */
  hardVersion: number = 0;
  durableVersion: number = 0;
  readonly write: WriteInFlight = {
    active: false,
    hardVersion: 0,
    lastIndex: 0,
    reset: false,
  };
  /** The log was reset to the snapshot and the write-ahead log does not say so yet. */
  resetPending: boolean = false;
  /** Writes fail at present: do not campaign. */
  diskFailing: boolean = false;
  /** A snapshot is being made durable: no appends, no campaigns until then. */
  installing: Snapshot | undefined;
  incoming: IncomingSnapshot | undefined;
  /** Set when this node has lost what it had acknowledged: it must withdraw. */
  lostData: string = '';

  /** Messages that may leave now, and to whom; only the first `outCount`. */
  readonly outbox: RaftMessage[] = [];
  readonly outTo: Member[] = [];
  outCount: number = 0;
  /** Messages that wait for term and vote to be durable. */
  private readonly gated: RaftMessage[] = [];
  private readonly gatedTo: Member[] = [];

  electionDeadlineUs: number = 0;
  leaderContactUs: number = 0;
  drawnTimeoutUs: number = 0;
  campaigns: number = 0;
  /** By member: 1 granted, -1 refused. */
  readonly votes: number[] = [];
  /** Of a candidate: its own vote is durable and counted, the requests are out. */
  requested: boolean = false;
  /** The campaign under way was ordered by the leader. */
  ordered: boolean = false;
  /** It has let a node of higher priority go first since it last heard from a leader. */
  yielded: boolean = false;

  /** Follower: up to here the log matches that of the leader of this term. */
  ackTarget: number = 0;
  ackPending: boolean = false;
  /** Newest round seen from the leader of this term. */
  seenRound: number = 0;

  /** Leader: by member (place 0 is not used). */
  readonly progress: Progress[] = [];
  readonly matches: number[] = [];
  readonly ackedRounds: number[] = [];
  heartbeatDeadlineUs: number = 0;
  quorumDeadlineUs: number = 0;
  /** Entries of this term are committed: reads may be served. */
  committedInTerm: boolean = false;
  /** Bytes of data in entries that are not committed. */
  uncommittedBytes: number = 0;
  /** The member that is to lead instead, or 0; until when it may get there, and if it was told to. */
  transferee: Member = 0;
  transferDeadlineUs: number = 0;
  transferOrdered: boolean = false;

  /** Leader: when the last rounds began, by round in a ring; see `lease.ts`. */
  readonly roundSentUs: number[] = [];
  /** Until then no other node can win an election. */
  leaseUntilUs: number = Number.NEGATIVE_INFINITY;
  /** Rounds before this one began under another configuration. */
  leaseFromRound: number = 0;
  /** Somebody was told to campaign in this leadership: there is no lease any more. */
  leaseForfeited: boolean = false;

  round: number = 0;
  confirmingRound: number = 0;
  confirmingIndex: number = 0;
  confirmingSinceUs: number = 0;
  waitingReads: number[] = [];
  confirmingReads: number[] = [];
  waitingSinceUs: number = 0;
  /** Reads that may be served once `applied` reaches the index beside them. */
  readonly releasedReads: number[] = [];
  readonly releasedAt: number[] = [];
  /** Reads that will never be served. */
  readonly refusedReads: number[] = [];
  /** Rises when leadership is lost: calls that wait must be answered. */
  leadershipsLost: number = 0;

  constructor(options: RaftOptions, initial: InitialState) {
    this.options = options;
    this.self = options.self;
    this.term = initial.term;
    this.votedFor = initial.votedFor;
    this.snapshot = initial.snapshot;
    const base = initial.snapshot?.index ?? 0;
    const configuration = initial.snapshot?.configuration ?? initial.configuration;
    this.log = new RaftLog(base, initial.snapshot?.term ?? 0);
    this.configurations = new ConfigurationHistory(base, configuration);
    for (const entry of initial.entries) {
      this.log.append(entry);
      this.configurations.appended(entry);
    }
    this.configuration = this.configurations.current;
    this.others = this.otherMembers();
    this.log.stableIndex = this.log.lastIndex;
    this.commit = this.log.firstIndex - 1;
    this.applied = this.commit;
    for (let member = 0; member <= options.members; member++) {
      this.votes.push(0);
      this.matches.push(0);
      this.ackedRounds.push(0);
      this.progress.push(new Progress(1));
    }
  }

  private otherMembers(): readonly Member[] {
    return allMembers(this.configuration).filter((member) => member !== this.self);
  }

  /** Another configuration is in force. */
  configurationChanged(): void {
    this.configuration = this.configurations.current;
    this.others = this.otherMembers();
  }

  get isVoter(): boolean {
    return isVoter(this.self, this.configuration);
  }

  /** Whether the configuration in force is known to be committed. */
  get configurationCommitted(): boolean {
    return this.configurations.index <= this.commit;
  }

  /**
   * A voter may campaign, and so may one whom only an uncommitted configuration removes: the entry
   * may be on its disk alone, and then nobody else can win (dissertation, section 4.2.2).
   */
  get mayCampaign(): boolean {
    if (this.diskFailing || this.installing !== undefined) return false;
    if (this.isVoter) return true;
    return !this.configurationCommitted && isVoter(this.self, this.configurations.previous);
  }

  /** Whether term and vote as they are now are durable. */
  get hardStateDurable(): boolean {
    return this.durableVersion === this.hardVersion;
  }

  /** Sends when this node's term and vote are durable: at once if they are. */
  send(to: Member, message: RaftMessage): void {
    if (this.durableVersion !== this.hardVersion) {
      this.gated.push(message);
      this.gatedTo.push(to);
      return;
    }
    this.outbox[this.outCount] = message;
    this.outTo[this.outCount++] = to;
  }

  /** Term and vote have become durable: what waited for that may leave. */
  releaseGated(): void {
    for (let i = 0; i < this.gated.length; i++) this.send(this.gatedTo[i]!, this.gated[i]!);
    this.gated.length = 0;
    this.gatedTo.length = 0;
  }

  /** Changes term or vote. What waited to be sent in an earlier state of them is not sent any more. */
  setHardState(term: number, votedFor: Member): void {
    if (term < this.term) throw new Error('term goes back');
    if (term === this.term && this.votedFor !== 0) throw new Error('second vote in one term');
    this.gated.length = 0;
    this.gatedTo.length = 0;
    if (term !== this.term) {
      this.ackTarget = 0;
      this.ackPending = false;
      this.seenRound = 0;
      this.campaigns = 0;
      this.incoming = undefined;
    }
    this.term = term;
    this.votedFor = votedFor;
    this.hardVersion++;
  }

  resetElectionTimer(nowUs: number): void {
    this.drawnTimeoutUs = this.options.drawElectionTimeout(this.term, this.campaigns);
    this.electionDeadlineUs = nowUs + this.drawnTimeoutUs;
  }

  /**
   * Follows in a term. The election timer goes on as it was, unless this node led: a request that
   * is refused must not keep it from campaigning.
   */
  becomeFollower(term: number, leader: Member, nowUs: number): void {
    const led = this.role === 'leader';
    if (led) this.loseLeadership();
    if (term > this.term) this.setHardState(term, 0);
    this.role = 'follower';
    this.leader = leader;
    if (led) {
      this.leaderContactUs = nowUs - this.options.electionTimeoutUs;
      this.resetElectionTimer(nowUs);
    }
  }

  private loseLeadership(): void {
    this.leadershipsLost++;
    for (const read of this.waitingReads) this.refusedReads.push(read);
    for (const read of this.confirmingReads) this.refusedReads.push(read);
    this.waitingReads.length = 0;
    this.confirmingReads.length = 0;
    for (const progress of this.progress) progress.snapshot = undefined;
    this.transferee = 0;
  }

  /** Moves the commit index forward; never back. */
  commitTo(index: number): void {
    if (index <= this.commit) return;
    if (index > this.log.lastIndex) throw new Error(`commit ${index} lies behind the log's end`);
    if (this.role === 'leader') {
      for (let at = this.commit + 1; at <= index; at++) {
        this.uncommittedBytes -= this.log.entry(at)!.data.length;
      }
    }
    this.commit = index;
  }
}
