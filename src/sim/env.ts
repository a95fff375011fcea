import type { Disk } from './disk-contract.ts';
import type { Address, Message, NodeId } from './message.ts';

/** The two clocks of a node, in integer microseconds. Neither is true time. */
export interface Clock {
  /**
   * Time since an arbitrary start of this life. Never steps and never goes back; its rate may be
   * off by the drift that the scenario declares. The only clock for time-outs and leases.
   */
  monotonicUs(): number;
  /** Time of day since 1970. May step forward and back and may freeze: never measure with it. */
  wallUs(): number;
}

/** Named one-shot timers on the node's monotonic clock. They die with the life that set them. */
export interface Timers {
  /**
   * Calls `callback` once, `delayUs` (0 or more) from now. Setting a name that is pending moves it:
   * a node has at most one pending timer per name.
   */
  set(name: string, delayUs: number, callback: () => void): void;
  /** Forgets a pending timer; does nothing when there is none. */
  cancel(name: string): void;
}

/** What `receive` gives: one message and where it came from. */
export interface Received<M extends Message> {
  readonly from: Address;
  readonly message: M;
}

/**
 * Datagrams: each message arrives zero, one or more times, in any order. Nothing tells the sender.
 */
export interface Network<M extends Message> {
  /** Hands a message to the network. It belongs to the network from now on: do not change it. */
  send(to: Address, message: M): void;
  /**
   * The next message, for components that are written as a loop and have no `message` handler.
   * Messages wait in order of arrival until they are received.
   */
  receive(): Promise<Received<M>>;
}

/** Randomness of this node. Every draw is named, so that a replay can find it again. */
export interface Random {
  /**
   * An integer from 0 to `bound - 1`.
   * @param name what the draw decides, for example `election-timeout`
   * @param key tells draws of one name apart by meaning (a term, a request id); default 0
   */
  below(bound: number, name: string, key?: number): number;
  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number, name: string, key?: number): number;
}

/** A value that a log line or a probe may carry. */
export type LogValue = string | number | boolean;

/**
 * A component's whole contact with the outside: clocks, timers, network, disk, randomness.
 *
 * In the simulator the world implements it, on a real machine `seedstorm`'s real environment does,
 * with sockets, files and timers. A component that uses nothing else runs unchanged in both.
 */
export interface Env<M extends Message = Message> {
  /** This node's name. */
  readonly id: NodeId;
  /**
   * True in the first life of this identity. A node that finds its disk empty in any later life has
   * lost its memory and must not act as its former self.
   */
  readonly firstBoot: boolean;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly network: Network<M>;
  readonly disk: Disk;
  readonly random: Random;
  /** Resolves `delayUs` from now on the monotonic clock. For components written with await. */
  sleep(delayUs: number): Promise<void>;
  /**
   * Volunteers a lawful rarity (a smaller batch, an early flush): false when calm and on real
   * machines, now and then true in a storm.
   */
  maybe(name: string): boolean;
  /** Counts that a rare state was reached. Costs little; does nothing on a real machine. */
  probe(name: string): void;
  /** An event in the run's trace, with virtual time and node. */
  log(text: string, fields?: Readonly<Record<string, LogValue>>): void;
}
