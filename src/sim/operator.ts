import type { Message } from './message.ts';

/** One configuration of a cluster as some node has it. Nodes are named by their index. */
export interface KnownConfiguration {
  /** Its place in the order of decisions; one that was decided later has a higher place. */
  readonly place: number;
  /** Tells configurations at one place apart. */
  readonly version: number;
  /** Groups each of which needs a majority for any decision: one, or two while joint. */
  readonly groups: readonly (readonly number[])[];
  /** It is joint, and the leader leaves it without being asked. */
  readonly leavesByItself: boolean;
  /** Get everything, decide nothing. */
  readonly learners: readonly number[];
}

/** What a node's state says of who the members are. */
export interface MembershipView {
  /** From the last one that it knows to be decided to the one in force, oldest first. */
  readonly configurations: readonly KnownConfiguration[];
  /** Up to this place it knows what is decided. */
  readonly decidedUpTo: number;
  /** It leads, in a term; the one of the highest term is the leader that operators ask. */
  readonly leads: boolean;
  readonly term: number;
  /** Only the first so many servers can be members. Default: all. */
  readonly eligible?: number;
}

/** How an operator wants to get from one configuration to another. */
export type MemberTransition = 'auto' | 'implicit' | 'explicit';

/** One wish of a change of membership. */
export interface MemberWish {
  readonly kind: 'add-voter' | 'add-learner' | 'remove';
  readonly node: number;
}

/** What an operator may ask of a cluster's leader. */
export type OperatorOrder =
  | {
      readonly kind: 'change';
      readonly transition: MemberTransition;
      readonly wishes: readonly MemberWish[];
    }
  /** Leaves a joint configuration. */
  | { readonly kind: 'leave' }
  /** Hands leadership to a node. */
  | { readonly kind: 'transfer'; readonly node: number };

/** How a system under test is operated: who its members are, and how to change that. */
export interface OperatorDefinition {
  /** Undefined when the state says nothing, while it recovers for instance. */
  membership(state: unknown): MembershipView | undefined;
  /** The message that carries an order, as if somebody gave it at the console of the node. */
  order(order: OperatorOrder, id: number): Message;
}
