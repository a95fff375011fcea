import type { Folder } from '../../sim/message.ts';
import {
  changeKinds,
  entryKinds,
  flag,
  lastOfProtocol,
  orderStatuses,
  orders,
  transitions,
} from './message-numbers.ts';
import { foldRepair } from './repair-messages.ts';
import type { Entry, OrderReply, OrderRequest, RaftMessage, RaftWireMessage } from './types.ts';

function foldEntries(entries: readonly Entry[], into: Folder): void {
  into.int(entries.length);
  for (const entry of entries) {
    into.int(entry.term);
    into.int(entry.index);
    into.int(entryKinds.indexOf(entry.kind));
    into.bytes(entry.data);
  }
}

function foldOrder(message: OrderRequest | OrderReply, into: Folder): void {
  into.int(message.id);
  if (message.kind === 'order-reply') {
    into.int(orderStatuses.indexOf(message.status));
    into.text(message.reason);
    into.text(message.leader);
    return;
  }
  into.int(orders.indexOf(message.order));
  into.int(transitions.indexOf(message.transition));
  into.int(message.changes.length);
  for (const { kind, member } of message.changes) {
    into.int(changeKinds.indexOf(kind));
    into.int(member);
  }
}

function foldOther(message: Exclude<RaftWireMessage, RaftMessage>, into: Folder): void {
  if (message.kind === 'order' || message.kind === 'order-reply') {
    foldOrder(message, into);
    return;
  }
  foldRepair(message, into);
  if (message.kind === 'repair-reply') foldEntries(message.entries, into);
}

/** Folds every field of a message, whose kind has this number. */
export function fold(wire: RaftWireMessage, kind: number, into: Folder): void {
  into.int(kind);
  // By number: each look at the kind of just any message costs.
  if (kind > lastOfProtocol) {
    foldOther(wire as Exclude<RaftWireMessage, RaftMessage>, into);
    return;
  }
  const message = wire as RaftMessage;
  into.int(message.term);
  switch (message.kind) {
    case 'append':
      into.int(message.prevIndex);
      into.int(message.prevTerm);
      into.int(message.commit);
      into.int(message.round);
      foldEntries(message.entries, into);
      break;
    case 'append-reply':
      into.int(flag(message.ok));
      into.int(message.index);
      into.int(message.hintIndex);
      into.int(message.hintTerm);
      into.int(message.round);
      break;
    case 'heartbeat':
      into.int(message.commit);
      into.int(message.round);
      break;
    case 'heartbeat-reply':
      into.int(message.round);
      break;
    case 'vote':
      into.int(flag(message.pre));
      into.int(flag(message.transfer));
      into.int(message.lastIndex);
      into.int(message.lastTerm);
      break;
    case 'vote-reply':
      into.int(flag(message.pre));
      into.int(flag(message.granted));
      break;
    case 'snapshot':
      into.int(message.index);
      into.int(message.indexTerm);
      into.int(message.offset);
      into.int(message.totalBytes);
      into.bytes(message.data);
      into.int(message.round);
      break;
    case 'snapshot-reply':
      into.int(message.index);
      into.int(message.offset);
      into.int(flag(message.installed));
      into.int(message.round);
      break;
  }
}

/** Mixes three small numbers into 32 bits: what `Codec.identity` may give. */
export function identityKey(kind: number, first: number, second: number): number {
  let value = Math.imul(kind ^ Math.imul(first | 0, 0x9e3779b1), 0x85ebca6b);
  value = Math.imul((value ^ (value >>> 13)) + (second | 0), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** Names a message among those on its link: by kind and term and place in the log or round. */
export function identity(message: RaftWireMessage, kind: number): number {
  switch (message.kind) {
    case 'append':
      return identityKey(kind, message.term, message.prevIndex);
    case 'append-reply':
      return identityKey(kind, message.term, message.index * 2 + flag(message.ok));
    case 'heartbeat':
    case 'heartbeat-reply':
      return identityKey(kind, message.term, message.round);
    case 'vote':
    case 'vote-reply':
      return identityKey(kind, message.term, flag(message.pre));
    case 'snapshot':
    case 'snapshot-reply':
      return identityKey(kind, message.index, message.offset);
    case 'repair-request':
      return identityKey(kind, message.index, message.offset);
    case 'repair-reply':
      return identityKey(kind, message.commit, message.offset);
    case 'timeout-now':
      return identityKey(kind, message.term, 0);
    case 'order':
    case 'order-reply':
      return identityKey(kind, message.id, 0);
  }
}
