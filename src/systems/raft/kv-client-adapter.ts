import type { Codec } from '../../sim/message.ts';
import { raftKvCodec } from './kv-message-codec.ts';
import {
  type ClientRequest,
  type Consistency,
  maxKeyLength,
  maxValueLength,
  type Operation,
  outcomeOf,
  type RaftKvMessage,
} from './kv-messages.ts';

/** One copy of a client's call. */
export interface RaftKvCall {
  readonly session: number;
  readonly sequence: number;
  readonly attempt: number;
  readonly operation: Operation;
  readonly key: string;
  readonly value: string;
  readonly expected: string | null;
  readonly consistency: Consistency;
}

/** A reply in the terms of the workload's clients. */
export interface RaftKvReply {
  readonly session: number;
  readonly sequence: number;
  readonly attempt: number;
  readonly outcome: 'ok' | 'failed' | 'retry' | 'unknown' | 'session-lost';
  readonly status: string;
  readonly value: string | null;
  readonly swapped: boolean;
  readonly index: number;
  readonly leader: string;
}

const writes: readonly Operation[] = ['put', 'append', 'cas', 'delete'];
const allOperations: readonly Operation[] = ['get', ...writes];

/**
 * How clients speak to Raft KV: fits `KvProtocol` of the workload, which this folder may not
 * import.
 */
export const raftKvProtocol: {
  readonly codec: Codec<RaftKvMessage>;
  readonly limits: { readonly keyLength: number; readonly valueLength: number };
  readonly refusals: Readonly<Record<string, readonly Operation[]>>;
  request(call: RaftKvCall): ClientRequest;
  reply(message: RaftKvMessage): RaftKvReply | undefined;
} = {
  codec: raftKvCodec,
  limits: { keyLength: maxKeyLength, valueLength: maxValueLength },
  refusals: {
    'not-leader': allOperations,
    unavailable: allOperations,
    'too-large': allOperations,
    'disk-full': writes,
    unknown: writes,
    'session-expired': writes,
  },

  request(call: RaftKvCall): ClientRequest {
    return {
      kind: 'request',
      client: call.session,
      sequence: call.sequence,
      attempt: call.attempt,
      operation: call.operation,
      key: call.key,
      value: call.value,
      expected: call.expected,
      consistency: call.consistency,
    };
  },

  reply(message: RaftKvMessage): RaftKvReply | undefined {
    if (message.kind !== 'reply') return undefined;
    const lost = message.status === 'session-expired' || message.status === 'stale-sequence';
    return {
      session: message.client,
      sequence: message.sequence,
      attempt: message.attempt,
      outcome: lost ? 'session-lost' : outcomeOf(message.status),
      status: message.status,
      value: message.value,
      swapped: message.swapped,
      index: message.index,
      leader: message.leader,
    };
  },
};
