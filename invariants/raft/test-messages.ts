import type { ClientReply, ClientRequest } from '../../src/systems/raft/kv-messages.ts';
import type {
  AppendMessage,
  AppendReply,
  Entry,
  SnapshotReply,
  TimeoutNowMessage,
  VoteMessage,
  VoteReply,
} from '../../src/systems/raft/types.ts';

/** Messages for tests, with the fields that matter in front. */
export function append(
  term: number,
  prevIndex: number,
  prevTerm: number,
  entries: readonly Entry[],
): AppendMessage {
  return { kind: 'append', term, prevIndex, prevTerm, entries, commit: 0, round: 1 };
}

export function ack(term: number, index: number): AppendReply {
  return { kind: 'append-reply', term, ok: true, index, hintIndex: 0, hintTerm: 0, round: 1 };
}

export function askVote(term: number, lastIndex: number, lastTerm: number): VoteMessage {
  return { kind: 'vote', pre: false, transfer: false, term, lastIndex, lastTerm };
}

export function grant(term: number): VoteReply {
  return { kind: 'vote-reply', pre: false, term, granted: true };
}

export function giveWay(term: number): TimeoutNowMessage {
  return { kind: 'timeout-now', term };
}

export function installed(term: number, index: number): SnapshotReply {
  return { kind: 'snapshot-reply', term, index, offset: 0, installed: true, round: 1 };
}

export function request(fields: Partial<ClientRequest>): ClientRequest {
  return {
    kind: 'request',
    client: 7,
    sequence: 1,
    attempt: 1,
    operation: 'put',
    key: 'k',
    value: 'v',
    expected: null,
    consistency: 'linearizable',
    ...fields,
  };
}

export function reply(fields: Partial<ClientReply>): ClientReply {
  return {
    kind: 'reply',
    client: 7,
    sequence: 1,
    attempt: 1,
    status: 'ok',
    value: null,
    swapped: false,
    index: 0,
    leader: '',
    ...fields,
  };
}
