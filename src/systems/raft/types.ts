import type { Message, NodeId } from '../../sim/message.ts';
import type { RepairMessage } from './repair-messages.ts';

/**
 * A voter or learner inside the protocol: its index among the peers plus 1, so that 0 can mean
 * "nobody". Names and addresses exist only at the edge (see `driver.ts`).
 */
export type Member = number;

/** What an entry carries. */
export type EntryKind =
  /** A command for the state machine. */
  | 'command'
  /** Nothing: appended by a new leader, so that it can commit something of its own term. */
  | 'noop'
  /** A membership configuration. */
  | 'configuration';

/** One entry of the log. Immutable: it is shared by log, messages and writes in flight. */
export interface Entry {
  readonly term: number;
  readonly index: number;
  readonly kind: EntryKind;
  readonly data: Uint8Array;
}

/**
 * Who votes. While `outgoing` is not empty the configuration is joint: every decision needs a
 * majority of `voters` and one of `outgoing`. Members ascend within each list.
 */
export interface Configuration {
  readonly voters: readonly Member[];
  readonly outgoing: readonly Member[];
  /** Receive the log, count in no decision. */
  readonly learners: readonly Member[];
  /** Joint only: voters of `outgoing` that go on as learners when it is left. */
  readonly learnersNext: readonly Member[];
  /** Joint only: the leader leaves it as soon as it is committed; else somebody has to ask. */
  readonly autoLeave: boolean;
}

/** One wish of a change of membership. A voter that is added as a learner is demoted. */
export interface MemberChange {
  readonly kind: 'add-voter' | 'add-learner' | 'remove';
  readonly member: Member;
}

/** How a cluster gets from one configuration to another. */
export type Transition =
  /** One change at a time goes by a single step, several by a joint one that leaves by itself. */
  | 'auto'
  /** By a joint configuration, which the leader leaves by itself. */
  | 'implicit'
  /** By a joint configuration, which stays until somebody asks to leave it. */
  | 'explicit';

export type Role = 'follower' | 'pre-candidate' | 'candidate' | 'leader';

/** Replicates entries, or with none probes whether the logs match at `prevIndex`. */
export interface AppendMessage extends Message {
  readonly kind: 'append';
  readonly term: number;
  readonly prevIndex: number;
  readonly prevTerm: number;
  readonly entries: readonly Entry[];
  /** The leader's commit index. */
  readonly commit: number;
  /** The leader's newest round of leadership confirmation; replies echo it. */
  readonly round: number;
}

/**
 * Answers an append. A success is sent once the log is durable up to `index`, which never exceeds
 * `prevIndex + entries.length` of the furthest append accepted from this leader in this term; one
 * reply may answer several appends.
 */
export interface AppendReply extends Message {
  readonly kind: 'append-reply';
  readonly term: number;
  readonly ok: boolean;
  /** On success how far the logs are known to match; on refusal the `prevIndex` that was refused. */
  readonly index: number;
  /** On refusal the largest index at which the logs might match, and the term there; else 0. */
  readonly hintIndex: number;
  readonly hintTerm: number;
  readonly round: number;
}

/** Keeps followers from campaigning; `commit` is at most what the receiver is known to hold. */
export interface HeartbeatMessage extends Message {
  readonly kind: 'heartbeat';
  readonly term: number;
  readonly commit: number;
  readonly round: number;
}

export interface HeartbeatReply extends Message {
  readonly kind: 'heartbeat-reply';
  readonly term: number;
  readonly round: number;
}

/** Asks for a vote, or with `pre` whether a vote would be given. */
export interface VoteMessage extends Message {
  readonly kind: 'vote';
  readonly pre: boolean;
  /** The leader itself asked for this election: that it lives is no reason to refuse. */
  readonly transfer: boolean;
  /** The term of the election: with `pre` the sender's term plus 1. */
  readonly term: number;
  /** End of the sender's durable log. */
  readonly lastIndex: number;
  readonly lastTerm: number;
}

export interface VoteReply extends Message {
  readonly kind: 'vote-reply';
  readonly pre: boolean;
  /** For a granted pre-vote the term that was asked about, else the sender's term. */
  readonly term: number;
  readonly granted: boolean;
}

/** A piece of a snapshot file. */
export interface SnapshotMessage extends Message {
  readonly kind: 'snapshot';
  readonly term: number;
  /** The last entry that the snapshot covers. */
  readonly index: number;
  readonly indexTerm: number;
  /** Where `data` belongs in the file of `totalBytes` bytes. */
  readonly offset: number;
  readonly totalBytes: number;
  readonly data: Uint8Array;
  readonly round: number;
}

export interface SnapshotReply extends Message {
  readonly kind: 'snapshot-reply';
  readonly term: number;
  readonly index: number;
  /** The offset that the receiver wants next. */
  readonly offset: number;
  /** The state up to `index` is durable at the receiver. */
  readonly installed: boolean;
  readonly round: number;
}

/** The leader hands over: the receiver has its whole log and is to campaign at once. */
export interface TimeoutNowMessage extends Message {
  readonly kind: 'timeout-now';
  readonly term: number;
}

/** What Raft nodes say to each other. */
export type RaftMessage =
  | AppendMessage
  | AppendReply
  | HeartbeatMessage
  | HeartbeatReply
  | VoteMessage
  | VoteReply
  | SnapshotMessage
  | SnapshotReply
  | TimeoutNowMessage;

/** What an operator asks of a leader. */
export type Order =
  /** Changes who the members are. */
  | 'change'
  /** Leaves a joint configuration that does not leave by itself. */
  | 'leave-joint'
  /** Hands leadership to the member that `changes` names. */
  | 'transfer';

/** An operator's order, sent to port `main` of any node; only a leader carries it out. */
export interface OrderRequest extends Message {
  readonly kind: 'order';
  /** Names the order in its answer. */
  readonly id: number;
  readonly order: Order;
  /** For `change`. */
  readonly transition: Transition;
  /** For `change` all wishes; for `transfer` one, whose kind says nothing. */
  readonly changes: readonly MemberChange[];
}

export type OrderStatus =
  /** The configuration is committed; for a transfer: it has begun. */
  | 'ok'
  | 'not-leader'
  /** Not carried out now, and not later: `reason` says why. */
  | 'refused'
  /** The configuration is in the log, then leadership was lost: it may come or not. */
  | 'unknown';

export interface OrderReply extends Message {
  readonly kind: 'order-reply';
  readonly id: number;
  readonly status: OrderStatus;
  readonly reason: string;
  /** Name of the leader as far as known, else empty. */
  readonly leader: NodeId;
}

/** Everything that Raft nodes, and their operators, say: all but what the service on top adds. */
export type RaftWireMessage = RaftMessage | RepairMessage | OrderRequest | OrderReply;
