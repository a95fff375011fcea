import type { Env } from './env.ts';
import type { Address, Codec, Message } from './message.ts';
import type { CellState, NodeCard } from './node-card.ts';

export type * from './node-card.ts';

/**
 * What a person writes: a part of a distributed system that touches the outside only through its
 * `Env`. Handlers may be plain or async; async handlers of one node are not serialised, just as on
 * a real machine.
 *
 * @typeParam State what a life of the component keeps in memory; rungs look at it
 * @typeParam M the messages that it sends and understands
 * @typeParam View scalar marks of a state, filled by `observe`, compared before and after a step
 * @typeParam Machine what is simulated of the machine beside its disk and clock; most have nothing
 */
export interface Component<
  State = unknown,
  M extends Message = Message,
  View = unknown,
  Machine = undefined,
> {
  /** Names the kind of component in reports, for example `raft-kv`. */
  readonly name: string;
  /**
   * The memory of a fresh life. Nothing of an earlier life may survive in it, nor in the component
   * itself: that is what disks are for, and `createMachine`.
   */
  create(env: Env<M>, machine: Machine): State;
  /** Runs once at the start of each life: reads the disk, sets timers. */
  start?(state: State, env: Env<M>): void | Promise<void>;
  /** Handles one message. Without this handler messages wait for `env.network.receive()`. */
  message?(
    state: State,
    env: Env<M>,
    from: Address,
    message: M,
    port: string,
  ): void | Promise<void>;
  /**
   * What is simulated as a part of the machine, such as containers, which go on when the process that
   * started them dies. Made once a node; each life is given it.
   */
  createMachine?(): Machine;
  /** The machine loses power: what lives in its memory ends here. */
  powerLost?(machine: Machine): void;
  /** How messages become bytes; by default any plain data can be sent. */
  readonly codec?: Codec<M>;
  /** An empty view. Two are made per node and reused. */
  createView?(): View;
  /** Fills a view with marks that are cheap to compare. Called after each step of the node. */
  observe?(state: State, view: View): void;
  /** The node's role in the system's own words, for fault targets such as `leader`. */
  role?(state: State): string;
  /** What a person who watches sees of a node. Called a few times a second, between steps. */
  card?(state: State): NodeCard;
  /**
   * How far a cell of the card's tail has got on this node, by its `id` and `group`; undefined: it is
   * not here. Called after each step while somebody follows the cell, so it must be cheap.
   */
  cellState?(state: State, id: number, group: number): CellState | undefined;
  /** A small number for what the node is doing, normalised, for coverage of cluster states. */
  abstractState?(state: State): number;
}

/** A component whose types are of no concern to the one who holds it. */
// biome-ignore lint/suspicious/noExplicitAny: components of different types stand in one list
export type AnyComponent = Component<any, any, any, any>;
