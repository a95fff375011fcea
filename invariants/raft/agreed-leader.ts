import type { RaftFacts } from './moment.ts';
import type { NodeLedger } from './node-ledger.ts';
import { isQuorum } from './quorum.ts';

/**
 * The node that leads and that a majority of the core follows, or a quorum of all: a leader
 * outside the core may keep its quorum through links that are bad, and then pre-votes and the check
 * of the quorum keep everybody else from replacing it. -1: none.
 */
export function agreedLeader({ core, nodes }: RaftFacts): number {
  for (const { index, member, view, running } of nodes) {
    if (view.role !== 'leader' || !running) continue;
    const follows = ({ view: own, running: isUp }: NodeLedger) =>
      isUp && own.term === view.term && own.leaderId === member;
    let coreSize = 0;
    let inCore = 0;
    for (const other of nodes) {
      if (!core.has(other.index)) continue;
      coreSize += 1;
      if (follows(other)) inCore += 1;
    }
    if (inCore * 2 > coreSize) return index;
    if (isQuorum(view.configuration, (other) => follows(nodes[other - 1] as NodeLedger))) {
      return index;
    }
  }
  return -1;
}
