import type { Fault } from '../fault-plan.ts';
import type { OperatorDefinition, OperatorOrder } from '../operator.ts';
import type { WorldControl } from '../world-control.ts';
import type { FaultBudget } from './budget.ts';
import type { Holds } from './holds.ts';
import type { TargetResolver } from './targets.ts';

/** What a fault family may use to carry out one fault. */
export interface StrikeTools {
  readonly world: WorldControl;
  readonly holds: Holds;
  readonly targets: TargetResolver;
  readonly budget: FaultBudget;
  /** How the system is operated; undefined: not at all. */
  readonly operator: OperatorDefinition | undefined;
  /** Gives an order at a node. False when it does not run. */
  order(node: number, order: OperatorOrder): boolean;
  /** Ends those faults in force that are meant, the youngest first; says how many those were. */
  endInForce(isMeant: (fault: Fault, nodes: readonly number[]) => boolean): number;
  /** Calls back after a while, unless the fault has ended by then. */
  later(delayUs: number, callback: () => void): void;
}

/** A fault in force. */
export interface Strike {
  /** What happened, for people. */
  readonly text: string;
  /** What its end brings, for people. */
  readonly endText: string;
  /** Undoes it. Called once. */
  end(): void;
}

/** A fault that cannot be carried out; says why, for people. */
export interface Refused {
  readonly refused: string;
}

/** One family of faults: how its faults are carried out. */
export interface FaultFamily<F extends Fault = Fault> {
  /** Nodes that a fault with this target strikes, servers only, target first. */
  nodes(fault: F, target: number, tools: StrikeTools): readonly number[];
  /** Carries it out. */
  begin(fault: F, nodes: readonly number[], tools: StrikeTools): Strike | Refused;
}

/** One kind of fault out of the plan's union. */
export type FaultOf<Kind extends Fault['kind']> = Extract<Fault, { kind: Kind }>;

/** The name of a node with its role, for example `n2 (leader)`. */
export function named(node: number, tools: StrikeTools): string {
  const role = node < tools.world.serverCount ? tools.targets.roleOf(node) : undefined;
  const id = tools.world.nodeId(node);
  return role === undefined ? id : `${id} (${role})`;
}

/** Names of nodes, without roles, separated by spaces. */
export function names(nodes: readonly number[], tools: StrikeTools): string {
  return nodes.map((node) => tools.world.nodeId(node)).join(' ');
}

/** The struck node alone: what most families need. */
export function targetAlone(_fault: Fault, target: number): readonly number[] {
  return [target];
}

/** All servers, the target first. */
export function allServers(_fault: Fault, target: number, tools: StrikeTools): readonly number[] {
  const others: number[] = [];
  for (let node = 0; node < tools.world.serverCount; node++) if (node !== target) others.push(node);
  return target < 0 ? others : [target, ...others];
}
