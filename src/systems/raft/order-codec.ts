import type { ByteReader, ByteWriter } from '../common/bytes.ts';
import { changeKinds, orderStatuses, orders, pick, transitions } from './message-numbers.ts';
import type { MemberChange, OrderReply, OrderRequest } from './types.ts';

export function writeOrder(writer: ByteWriter, message: OrderRequest): void {
  writer.integer(message.id);
  writer.u8(orders.indexOf(message.order));
  writer.u8(transitions.indexOf(message.transition));
  writer.u32(message.changes.length);
  for (const { kind, member } of message.changes) {
    writer.u8(changeKinds.indexOf(kind));
    writer.u32(member);
  }
}

export function readOrder(reader: ByteReader): OrderRequest {
  const id = reader.integer();
  const order = pick(orders, reader.u8());
  const transition = pick(transitions, reader.u8());
  const changes: MemberChange[] = [];
  for (let left = reader.u32(); left > 0; left--) {
    const kind = pick(changeKinds, reader.u8());
    changes.push({ kind, member: reader.u32() });
  }
  return { kind: 'order', id, order, transition, changes };
}

export function writeOrderReply(writer: ByteWriter, message: OrderReply): void {
  writer.integer(message.id);
  writer.u8(orderStatuses.indexOf(message.status));
  writer.text(message.reason);
  writer.text(message.leader);
}

export function readOrderReply(reader: ByteReader): OrderReply {
  return {
    kind: 'order-reply',
    id: reader.integer(),
    status: pick(orderStatuses, reader.u8()),
    reason: reader.text(),
    leader: reader.text(),
  };
}
