import type {
  EntryKind,
  MemberChange,
  Order,
  OrderStatus,
  RaftWireMessage,
  Transition,
} from './types.ts';

/** Numbers of these words in bytes: their places here. */
export const entryKinds: readonly EntryKind[] = ['command', 'noop', 'configuration'];
export const orders: readonly Order[] = ['change', 'leave-joint', 'transfer'];
export const transitions: readonly Transition[] = ['auto', 'implicit', 'explicit'];
export const changeKinds: readonly MemberChange['kind'][] = ['add-voter', 'add-learner', 'remove'];
export const orderStatuses: readonly OrderStatus[] = ['ok', 'not-leader', 'refused', 'unknown'];

/** Numbers of kinds on the wire and in identity keys; 9 and 10 are those of Raft KV's clients. */
export const kindNumber: Readonly<Record<RaftWireMessage['kind'], number>> = {
  append: 1,
  'append-reply': 2,
  heartbeat: 3,
  'heartbeat-reply': 4,
  vote: 5,
  'vote-reply': 6,
  snapshot: 7,
  'snapshot-reply': 8,
  'timeout-now': 11,
  order: 12,
  'order-reply': 13,
  'repair-request': 40,
  'repair-reply': 41,
};

/** Up to this number are what Raft itself says; above are orders and repair. */
export const lastOfProtocol: number = kindNumber['timeout-now'];

/**
 * The number of a message's kind, 0 when it is none of Raft's. A switch: a look-up by a changing
 * name is slow in hot code.
 */
export function numberOf(kind: string): number {
  switch (kind) {
    case 'heartbeat':
      return kindNumber.heartbeat;
    case 'heartbeat-reply':
      return kindNumber['heartbeat-reply'];
    case 'append':
      return kindNumber.append;
    case 'append-reply':
      return kindNumber['append-reply'];
    case 'vote':
      return kindNumber.vote;
    case 'vote-reply':
      return kindNumber['vote-reply'];
    case 'snapshot':
      return kindNumber.snapshot;
    case 'snapshot-reply':
      return kindNumber['snapshot-reply'];
    case 'timeout-now':
      return kindNumber['timeout-now'];
    case 'order':
      return kindNumber.order;
    case 'order-reply':
      return kindNumber['order-reply'];
    case 'repair-request':
      return kindNumber['repair-request'];
    case 'repair-reply':
      return kindNumber['repair-reply'];
    default:
      return 0;
  }
}

/** Whether a message is Raft's, and not one of the service on top. */
export function isRafts(message: { readonly kind: string }): message is RaftWireMessage {
  return numberOf(message.kind) > 0;
}

export function flag(value: boolean): number {
  return value ? 1 : 0;
}

/** The word at a place. Throws a RangeError when there is none. */
export function pick<T>(from: readonly T[], index: number): T {
  const value = from[index];
  if (value === undefined) throw new RangeError('number out of range');
  return value;
}
