import type { MembershipView, OperatorDefinition } from '../../sim/system-definition.ts';
import { RaftNode } from '../raft/driver.ts';
import { raftOperator } from '../raft/operator.ts';

/** Operators change the masters by Raft's own orders; chunkservers have no say in who decides. */
export const storageOperator: OperatorDefinition = {
  membership(state): MembershipView | undefined {
    if (!(state instanceof RaftNode) || state.core === undefined) return undefined;
    const view = raftOperator.membership(state);
    // Only masters and metaloggers can vote or learn.
    return view === undefined ? undefined : { ...view, eligible: state.core.matches.length - 1 };
  },
  order: (order, id) => raftOperator.order(order, id),
};
