import type {
  KnownConfiguration,
  MembershipView,
  MemberWish,
  OperatorDefinition,
  OperatorOrder,
} from '../../operator.ts';
import {
  allServers,
  type FaultFamily,
  type FaultOf,
  named,
  names,
  type StrikeTools,
  targetAlone,
} from '../strike.ts';

/** How often an operator looks whether there is something to be done, in microseconds. */
const lookUs = 40_000;
/** A joint configuration that does not leave by itself is left after so many looks. */
const jointLooks = 3;

/** The leader as an operator finds it. */
interface Leader {
  readonly node: number;
  readonly view: MembershipView;
  /** The configuration in force there. */
  readonly current: KnownConfiguration;
}

/** An operator changes who the members are, one order after the other, until it is so. */
export const membership: FaultFamily<FaultOf<'membership'>> = {
  nodes: targetAlone,
  begin(fault, [target], tools) {
    const { operator } = tools;
    if (operator === undefined) return { refused: 'the system has no operator' };
    const id = named(target!, tools);
    const goal = new Goal(fault, target!, tools);
    let looks = 0;
    const look = (): void => {
      const leader = findLeader(operator, tools);
      if (leader !== undefined) {
        looks = waitsForLeave(leader) ? looks + 1 : 0;
        if (looks > jointLooks) give(leader, { kind: 'leave' }, tools);
        // Nobody waits for other operators: what cannot be done now is for the leader to refuse.
        else goal.pursue(leader);
      }
      tools.later(lookUs, look);
    };
    look();
    return {
      text: `an operator wants to ${fault.change} ${id} (${fault.transition})`,
      endText: `the operator cares for ${tools.world.nodeId(target!)} no more`,
      end: () => {
        const leader = findLeader(operator, tools);
        if (leader !== undefined && waitsForLeave(leader)) {
          give(leader, { kind: 'leave' }, tools);
        }
      },
    };
  },
};

/** An operator hands leadership to the target. */
export const transfer: FaultFamily<FaultOf<'transfer'>> = {
  nodes: targetAlone,
  begin(_fault, [target], tools) {
    const { operator } = tools;
    if (operator === undefined) return { refused: 'the system has no operator' };
    const leader = findLeader(operator, tools);
    if (leader === undefined) return { refused: 'nobody leads' };
    const voters = leader.current.groups[0]!;
    const eligible = leader.view.eligible ?? tools.world.serverCount;
    const wanted = target! < eligible ? target! : voters[target! % voters.length]!;
    // A target that leads already hands over to the next voter.
    const at = voters.indexOf(wanted);
    const to = wanted !== leader.node ? wanted : voters[(at + 1) % voters.length]!;
    const text = `an operator wants ${named(to, tools)} to lead`;
    if (!give(leader, { kind: 'transfer', node: to }, tools)) {
      return { refused: 'the leader cannot be reached' };
    }
    return { text, endText: 'the operator waits no more', end: () => {} };
  },
};

/** Every server is stopped and started again, one after the other, as for an upgrade. */
export const rollingRestart: FaultFamily<FaultOf<'rolling-restart'>> = {
  nodes: allServers,
  begin(fault, nodes, tools) {
    const { holds } = tools;
    const share = Math.max(2, Math.trunc(fault.durationUs / nodes.length));
    const downUs = Math.max(1, Math.trunc((share * fault.downPercent) / 100));
    let down = -1;
    const stop = (at: number): void => {
      const node = nodes[at];
      if (node === undefined) return;
      down = node;
      holds.takeDown(node, false);
      tools.later(downUs, () => {
        down = -1;
        holds.letUp(node);
      });
      tools.later(share, () => stop(at + 1));
    };
    stop(0);
    return {
      text: `all nodes are restarted one after the other: ${names(nodes, tools)}`,
      endText: 'the rolling restart is over',
      end: () => {
        if (down >= 0) holds.letUp(down);
      },
    };
  },
};

/** Whether a joint configuration stays until somebody asks. */
function waitsForLeave({ current }: Leader): boolean {
  return current.groups.length > 1 && !current.leavesByItself;
}

/** What the operator of one fault wants, step by step. */
class Goal {
  readonly #fault: FaultOf<'membership'>;
  readonly #target: number;
  readonly #tools: StrikeTools;
  #done = false;

  constructor(fault: FaultOf<'membership'>, target: number, tools: StrikeTools) {
    this.#fault = fault;
    this.#target = target;
    this.#tools = tools;
  }

  /** Gives the next order, if one is due. */
  pursue(leader: Leader): void {
    if (this.#done) return;
    const eligible = leader.view.eligible ?? this.#tools.world.serverCount;
    const wishes = this.#target < eligible ? this.#next(leader.current, eligible) : [];
    if (wishes.length === 0) {
      this.#done = true;
      return;
    }
    const order = { kind: 'change', transition: this.#fault.transition, wishes } as const;
    const voters = after(leader.current.groups[0]!, wishes);
    if (voters.length === 0) return;
    const refusal = this.#tools.budget.changeRefusal([leader.current.groups[0]!, voters]);
    if (refusal === undefined) give(leader, order, this.#tools);
  }

  #next(current: KnownConfiguration, eligible: number): readonly MemberWish[] {
    const node = this.#target;
    const voters = current.groups[0]!;
    const votes = voters.includes(node);
    const learns = current.learners.includes(node);
    switch (this.#fault.change) {
      case 'add':
        if (votes) return [];
        return [{ kind: learns ? 'add-voter' : 'add-learner', node }];
      case 'remove':
        return votes || learns ? [{ kind: 'remove', node }] : [];
      case 'demote':
        return votes ? [{ kind: 'add-learner', node }] : [];
      case 'replace':
        return this.#replace(current, votes, eligible);
      case 'reshape':
        return this.#reshape(current, eligible);
    }
  }

  /** A server that does not vote takes the place of the target, in one joint step. */
  #replace(current: KnownConfiguration, votes: boolean, eligible: number): readonly MemberWish[] {
    if (!votes) return [];
    const spare = rotated(eligible, this.#fault.arrangement).find(
      (node) => node !== this.#target && !current.groups[0]!.includes(node),
    );
    if (spare === undefined) return [{ kind: 'remove', node: this.#target }];
    if (!current.learners.includes(spare)) return [{ kind: 'add-learner', node: spare }];
    return [
      { kind: 'add-voter', node: spare },
      { kind: 'remove', node: this.#target },
    ];
  }

  /** A drawn set of voters out of those who have the log, the target among them or not. */
  #reshape(current: KnownConfiguration, eligible: number): readonly MemberWish[] {
    const strangers = rotated(eligible, this.#fault.arrangement).filter(
      (node) => !current.groups[0]!.includes(node) && !current.learners.includes(node),
    );
    const wishes: MemberWish[] = [];
    for (const node of strangers) wishes.push({ kind: 'add-learner', node });
    if (wishes.length > 0) return wishes;
    for (let node = 0; node < eligible; node++) {
      // Half of the servers are to vote, a quarter to learn, a quarter to leave.
      const wanted = (this.#fault.arrangement >> (2 * node)) & 3;
      const votes = current.groups[0]!.includes(node);
      if (wanted === 0 && votes) wishes.push({ kind: 'remove', node });
      else if (wanted === 1 && votes) wishes.push({ kind: 'add-learner', node });
      else if (wanted > 1 && !votes) wishes.push({ kind: 'add-voter', node });
    }
    return wishes;
  }
}

/** The voters that such wishes leave. */
function after(voters: readonly number[], wishes: readonly MemberWish[]): readonly number[] {
  const next = new Set(voters);
  for (const { kind, node } of wishes) {
    if (kind === 'add-voter') next.add(node);
    else next.delete(node);
  }
  return [...next];
}

function rotated(count: number, by: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => (at + by) % count);
}

function findLeader(operator: OperatorDefinition, { world }: StrikeTools): Leader | undefined {
  let found: Leader | undefined;
  for (let node = 0; node < world.serverCount; node++) {
    if (world.status(node) !== 'up') continue;
    const view = operator.membership(world.state(node));
    if (view === undefined || !view.leads) continue;
    if (found !== undefined && found.view.term > view.term) continue;
    found = { node, view, current: view.configurations[view.configurations.length - 1]! };
  }
  return found;
}

function give({ node }: Leader, order: OperatorOrder, tools: StrikeTools): boolean {
  const given = tools.order(node, order);
  // Who decides now must be known before anything else can go wrong.
  tools.budget.look();
  return given;
}
