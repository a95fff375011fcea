import type { Env } from '../../sim/env.ts';
import type { Address, Message, NodeId } from '../../sim/message.ts';
import type { Entry, RaftWireMessage } from './types.ts';

/**
 * What Raft replicates: a state that every node computes from the same entries.
 *
 * It must be deterministic: equal entries give equal states and equal snapshot bytes. So it looks at
 * no clock, draws nothing, and iterates over nothing in an order that the entries do not fix; a time
 * that it needs stands in the command.
 *
 * @typeParam Result what applying a command gives to the one who proposed it
 */
export interface ReplicatedMachine<Result = unknown> {
  /** Index of the last entry applied; 0 at first. Part of what `save` keeps. */
  readonly applied: number;
  /**
   * Applies the entry at `applied + 1`. Entries that are no commands count too: their results are
   * not looked at. A result may be one object that is filled anew each time.
   */
  apply(entry: Entry): Result | undefined;
  /** The whole state as bytes of its own. */
  save(): Uint8Array;
  /** Replaces the whole state. Throws a RangeError on bytes that `save` cannot have made. */
  restore(bytes: Uint8Array): void;
}

/** How a proposal ended. Only `unknown` leaves open whether the command will be applied. */
export type ProposalOutcome<Result> =
  /** Committed and applied here, as the entry at `index`. */
  | { readonly status: 'committed'; readonly index: number; readonly result: Result }
  /** Not taken; `leader` is the name of the leader as far as known, else empty. */
  | { readonly status: 'not-leader'; readonly leader: NodeId }
  /** Not taken: this node cannot serve now, or too much is waiting already. */
  | { readonly status: 'unavailable' }
  /** Not taken: the leader's disk is full. */
  | { readonly status: 'disk-full' }
  /** In the log, then leadership was lost: it may take effect now, later or never. */
  | { readonly status: 'unknown' };

/** How a request for a linearizable read ended. */
export type ReadOutcome =
  /** The machine, as it is during this call, has all that was acknowledged before the request. */
  | { readonly status: 'fresh' }
  | { readonly status: 'not-leader'; readonly leader: NodeId }
  /** This node cannot serve now, or has lost its leadership or its quorum meanwhile. */
  | { readonly status: 'unavailable' };

/**
 * What a service gets of the node that it runs on.
 *
 * Every proposal and every read ends in exactly one call of its `done`: within the call when it is
 * refused, else later, at the latest when this node loses its leadership or withdraws. A crash ends
 * none of them.
 */
export interface RaftHost<Own extends Message = Message, Result = unknown> {
  /**
   * The node's `Env`. Timers have a name space of their own here, and all that one callback
   * proposes goes out together. On the disk keep to a directory: Raft's files stand at the top.
   */
  readonly env: Env<RaftWireMessage | Own>;
  /** It has read its disk, and takes part. Else every proposal and read is `unavailable`. */
  readonly running: boolean;
  /** It believes that it leads; whether it does, only a proposal or a read can tell. */
  readonly isLeader: boolean;
  /** Name of the leader as far as known, else empty. */
  readonly leader: NodeId;
  /** Proposes a command. The bytes belong to the log from now on. True when it was taken. */
  propose(command: Uint8Array, done: (outcome: ProposalOutcome<Result>) => void): boolean;
  /**
   * Waits until the machine is at least as new as everything that was acknowledged anywhere before
   * this call: the leader asks a quorum whether it still leads, or has a lease (settings).
   */
  read(done: (outcome: ReadOutcome) => void): void;
}

/**
 * A service around a replicated machine: one object for each life of a node, voter or learner, made
 * with the `RaftHost` of that life. Calls come one at a time and must not block.
 *
 * @typeParam Own the messages that it sends and understands beside Raft's
 */
export interface RaftService<Own extends Message = Message, Result = unknown> {
  readonly machine: ReplicatedMachine<Result>;
  /** A message that is none of Raft's. Comes in every phase of a life: see `RaftHost.running`. */
  message(from: Address, message: Own): void;
  /**
   * An entry was applied, on any node; called before its proposer is told. Entries that a snapshot
   * brings are left out: then `machine.restore` was called.
   */
  applied?(entry: Entry, result: Result | undefined): void;
  /**
   * This node leads the term, and its machine has an entry of the term applied: so it has all that
   * earlier leaders have acknowledged. Called at most once for a term. Somebody else may lead a
   * later one by now: that shows when nothing that this shell proposes is committed.
   */
  beginsToLead?(term: number): void;
  /**
   * It leads no more; called after `beginsToLead`, once all its proposals have ended. Timers that
   * only a leader wants are to be cancelled here.
   */
  ceasesToLead?(term: number): void;
}
