import type { Message, NodeId } from '../../sim/message.ts';
import type { RaftWireMessage } from './types.ts';

export type Operation = 'get' | 'put' | 'append' | 'cas' | 'delete';

/** How fresh a `get` must be. */
export type Consistency =
  /** Linearizable: the leader confirms its leadership after the request came (ReadIndex). */
  | 'linearizable'
  /** Whatever this node has applied; may be old. */
  | 'local';

/**
 * A client's call, sent to port `main` of any node.
 *
 * `client` names a session (an integer from 1 to 2^53 - 1, chosen by the client and never used by
 * another one; a restarted client takes a fresh one). The first write opens the session. Sequences
 * ascend within a session with at most one call open at a time; a retry repeats the sequence and
 * raises `attempt`. A write takes effect at most once per (client, sequence).
 */
export interface ClientRequest extends Message {
  readonly kind: 'request';
  readonly client: number;
  /** From 1. */
  readonly sequence: number;
  /** From 1; only tells copies apart. */
  readonly attempt: number;
  readonly operation: Operation;
  readonly key: string;
  /** For put the value, for append the text to add, for cas the new value; else empty. */
  readonly value: string;
  /** For cas: the value that must be there, null for "unset"; else null. */
  readonly expected: string | null;
  /** For get; writes are always linearizable. */
  readonly consistency: Consistency;
}

/** How a call ended. See `outcomeOf` for what a client may conclude. */
export type ReplyStatus =
  | 'ok'
  /** This node does not lead; `leader` may name who does. This copy of the request had no effect. */
  | 'not-leader'
  /** The node cannot serve now (starting, withdrawn, no quorum). This copy had no effect. */
  | 'unavailable'
  /** The leader's disk has no room for writes. This copy had no effect. */
  | 'disk-full'
  /** The write was accepted, then leadership was lost: it may take effect now, later or never. */
  | 'unknown'
  /** The session was expired to make room; whether earlier copies took effect is not known. */
  | 'session-expired'
  /** The session has gone on to a later sequence: the answer to this one is gone. */
  | 'stale-sequence'
  /** Key or value exceed the limits: no copy of this request can ever take effect. */
  | 'too-large';

export interface ClientReply extends Message {
  readonly kind: 'reply';
  readonly client: number;
  readonly sequence: number;
  /** The attempt that this answers. */
  readonly attempt: number;
  readonly status: ReplyStatus;
  /** For get the value found, null when unset; else null. */
  readonly value: string | null;
  /** For cas whether it swapped, for delete whether the key was there; else false. */
  readonly swapped: boolean;
  /** For a write the index of its entry, for a read the index at which it was served; else 0. */
  readonly index: number;
  /** Name of the leader as far as known, else empty. */
  readonly leader: NodeId;
}

/** What clients and nodes of the key-value store say. */
export type KvMessage = ClientRequest | ClientReply;

/** Everything on the wire of the Raft KV system. */
export type RaftKvMessage = RaftWireMessage | KvMessage;

/**
 * What a client may conclude from a status. `retry` speaks of one copy only: the network may have
 * duplicated the request, and an earlier attempt may have been accepted elsewhere, so a client that
 * gives up after it must report a write as `unknown`. (A read that failed has no effect anyway.)
 */
export function outcomeOf(status: ReplyStatus): 'ok' | 'failed' | 'unknown' | 'retry' {
  switch (status) {
    case 'ok':
      return 'ok';
    case 'too-large':
      return 'failed';
    case 'not-leader':
    case 'unavailable':
    case 'disk-full':
      return 'retry';
    default:
      return 'unknown';
  }
}

/** Largest key, in UTF-16 units. */
export const maxKeyLength: number = 256;
/** Largest value that one request may carry, in UTF-16 units. */
export const maxValueLength: number = 4_096;
