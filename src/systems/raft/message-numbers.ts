import type {
  Consistency,
  EntryKind,
  MemberChange,
  Order,
  OrderStatus,
  RaftKvMessage,
  ReplyStatus,
  Transition,
} from './types.ts';

/** Numbers of these words in bytes: their places here. */
export const entryKinds: readonly EntryKind[] = ['command', 'noop', 'configuration'];
export const consistencies: readonly Consistency[] = ['linearizable', 'local'];
export const statuses: readonly ReplyStatus[] = [
  'ok',
  'not-leader',
  'unavailable',
  'disk-full',
  'unknown',
  'session-expired',
  'stale-sequence',
  'too-large',
];

export const orders: readonly Order[] = ['change', 'leave-joint', 'transfer'];
export const transitions: readonly Transition[] = ['auto', 'implicit', 'explicit'];
export const changeKinds: readonly MemberChange['kind'][] = ['add-voter', 'add-learner', 'remove'];
export const orderStatuses: readonly OrderStatus[] = ['ok', 'not-leader', 'refused', 'unknown'];

/** Numbers of kinds on the wire and in identity keys. */
export const kindNumber: Readonly<Record<RaftKvMessage['kind'], number>> = {
  append: 1,
  'append-reply': 2,
  heartbeat: 3,
  'heartbeat-reply': 4,
  vote: 5,
  'vote-reply': 6,
  snapshot: 7,
  'snapshot-reply': 8,
  request: 9,
  reply: 10,
  'repair-request': 40,
  'repair-reply': 41,
  'timeout-now': 11,
  order: 12,
  'order-reply': 13,
};

/** The number of a message's kind. A switch: a look-up by a changing name is slow in hot code. */
export function numberOf(kind: RaftKvMessage['kind']): number {
  switch (kind) {
    case 'heartbeat':
      return kindNumber.heartbeat;
    case 'heartbeat-reply':
      return kindNumber['heartbeat-reply'];
    case 'append':
      return kindNumber.append;
    case 'append-reply':
      return kindNumber['append-reply'];
    case 'request':
      return kindNumber.request;
    case 'reply':
      return kindNumber.reply;
    default:
      return kindNumber[kind];
  }
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
