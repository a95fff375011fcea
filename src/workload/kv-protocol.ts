import type { Codec, Message, NodeId } from '../sim/message.ts';

/** What a client can ask of a key-value service. */
export type KvOperation = 'get' | 'put' | 'append' | 'cas' | 'delete';

/** How fresh a read must be; writes are always linearizable. */
export type KvConsistency = 'linearizable' | 'local';

/** One copy of a call, ready to become a message. */
export interface KvCall {
  /** Names a session: an integer from 1, never used by another client or by another life. */
  readonly session: number;
  /** Number of the call within its session, from 1. Retries repeat it. */
  readonly sequence: number;
  /** Number of the copy, from 1. */
  readonly attempt: number;
  readonly operation: KvOperation;
  readonly key: string;
  /** What to put or append, or the new value of a cas; else empty. */
  readonly value: string;
  /** For cas: what must be there, null for "unset"; else null. */
  readonly expected: string | null;
  readonly consistency: KvConsistency;
}

/**
 * What a reply lets the client conclude.
 *
 * - `ok`: the call took effect once, and this is its answer.
 * - `failed`: no copy of this call can ever take effect.
 * - `retry`: this copy had no effect; other copies may have had one.
 * - `unknown`: it may take effect now, later or never; asking again is safe.
 * - `session-lost`: as `unknown`, and the session is of no more use.
 */
export type KvOutcome = 'ok' | 'failed' | 'retry' | 'unknown' | 'session-lost';

/** A reply in terms that the client understands. */
export interface KvReply {
  readonly session: number;
  readonly sequence: number;
  readonly attempt: number;
  readonly outcome: KvOutcome;
  /** The service's own word for it, for the coverage table. */
  readonly status: string;
  /** For get: what was found, null when unset. */
  readonly value: string | null;
  /** For cas: whether it swapped. For delete: whether the key was there. */
  readonly swapped: boolean;
  /** Position in the service's order at which the call took effect or was served; 0: not told. */
  readonly index: number;
  /** Name of the node to ask instead; empty: not told. */
  readonly leader: NodeId;
}

/** How a key-value service is spoken to. The system under test provides it. */
export interface KvProtocol<M extends Message = Message> {
  /** The codec of all messages on the wire of that system. */
  readonly codec?: Codec<M>;
  /** Longest key and longest value that one call may carry, in UTF-16 units. */
  readonly limits: { readonly keyLength: number; readonly valueLength: number };
  /**
   * The refusals (statuses other than `ok`) that a storm must have shown, each with the operations
   * that can meet it. Default: none.
   */
  readonly refusals?: Readonly<Record<string, readonly KvOperation[]>>;
  request(call: KvCall): M;
  /** Undefined when the message is no reply to a client. */
  reply(message: M): KvReply | undefined;
}
