import type { Address, NodeId } from '../../sim/message.ts';
import type { RaftCore } from './raft-core.ts';
import type { RaftEnv } from './raft-env.ts';
import type { Entry, OrderRequest, OrderStatus } from './types.ts';

/** An order whose configuration is in the log and not committed yet. */
interface PendingOrder {
  readonly from: Address;
  readonly id: number;
  readonly index: number;
}

/**
 * The operators' side of a node: takes their orders to Raft and their answers back. An order that
 * was taken is answered in the end, at the latest when leadership is lost.
 */
export class OrderCalls {
  private readonly env: RaftEnv;
  private readonly peers: readonly NodeId[];
  private pending: PendingOrder[] = [];

  constructor(env: RaftEnv, peers: readonly NodeId[]) {
    this.env = env;
    this.peers = peers;
  }

  private reply(to: Address, id: number, status: OrderStatus, reason: string, leader = ''): void {
    this.env.network.send(to, { kind: 'order-reply', id, status, reason, leader });
  }

  /** Answers an order that a node cannot carry out now: starting, or withdrawn. */
  refuse(from: Address, { id }: OrderRequest): void {
    this.reply(from, id, 'refused', 'this node does not serve');
  }

  take(from: Address, request: OrderRequest, core: RaftCore, nowUs: number): void {
    const { id } = request;
    if (core.role !== 'leader') {
      const leader = core.leader === 0 ? '' : this.peers[core.leader - 1]!;
      this.reply(from, id, 'not-leader', '', leader);
      return;
    }
    if (request.order === 'transfer') {
      const target = request.changes[0]?.member ?? 0;
      const refused = core.transfer(target, nowUs);
      this.reply(from, id, refused === '' ? 'ok' : 'refused', refused);
      return;
    }
    const result: Entry | { readonly refused: string } =
      request.order === 'change'
        ? core.change(request.changes, request.transition, nowUs)
        : core.leave(nowUs);
    if ('refused' in result) this.reply(from, id, 'refused', result.refused);
    else this.pending.push({ from, id, index: result.index });
  }

  /** The log is committed up to here. */
  committed(index: number): void {
    if (this.pending.length === 0) return;
    this.pending = this.pending.filter((order) => {
      if (order.index > index) return true;
      this.reply(order.from, order.id, 'ok', '');
      return false;
    });
  }

  /** @param index how far the log is committed */
  leadershipLost(index: number): void {
    this.committed(index);
    for (const { from, id } of this.pending) this.reply(from, id, 'unknown', 'leadership lost');
    this.pending = [];
  }
}
