import type {
  KnownConfiguration,
  MembershipView,
  OperatorDefinition,
} from '../../sim/system-definition.ts';
import { RaftNode } from './driver.ts';
import type { Configuration, Member, OrderRequest } from './types.ts';

function nodesOf(members: readonly Member[]): readonly number[] {
  return members.map((member) => member - 1);
}

function known(place: number, version: number, configuration: Configuration): KnownConfiguration {
  const { voters, outgoing, learners, autoLeave: leavesByItself } = configuration;
  const groups = outgoing.length === 0 ? [voters] : [voters, outgoing];
  return {
    place,
    version,
    groups: groups.map(nodesOf),
    leavesByItself,
    learners: nodesOf(learners),
  };
}

function membership(node: RaftNode): MembershipView | undefined {
  const { core } = node;
  if (core === undefined || node.phase !== 'running') return undefined;
  const { configurations, log } = core;
  const list: KnownConfiguration[] = [];
  for (let place = 0; place < configurations.size; place++) {
    const { index, configuration } = configurations.entry(place);
    list.push(known(index, log.term(index), configuration));
  }
  const leads = core.role === 'leader';
  return { configurations: list, decidedUpTo: core.commit, leads, term: core.term };
}

/** Operators of Raft KV speak to the leader by the same messages as on a real network. */
export const raftOperator: OperatorDefinition = {
  membership: (state) => membership(state as RaftNode),
  order(order, id): OrderRequest {
    const message = { kind: 'order', id, transition: 'auto', changes: [] } as const;
    switch (order.kind) {
      case 'leave':
        return { ...message, order: 'leave-joint' };
      case 'transfer':
        return {
          ...message,
          order: 'transfer',
          changes: [{ kind: 'add-voter', member: order.node + 1 }],
        };
      case 'change':
        return {
          ...message,
          order: 'change',
          transition: order.transition,
          changes: order.wishes.map(({ kind, node }) => ({ kind, member: node + 1 })),
        };
    }
  },
};

/** Operators of a system of which only some nodes speak Raft: the others have no say in who decides. */
export const partialRaftOperator: OperatorDefinition = {
  membership(state): MembershipView | undefined {
    if (!(state instanceof RaftNode) || state.core === undefined) return undefined;
    const view = raftOperator.membership(state);
    // Only those that Raft knows can vote or learn.
    return view === undefined ? undefined : { ...view, eligible: state.core.matches.length - 1 };
  },
  order: raftOperator.order,
};
