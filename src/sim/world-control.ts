import type { DiskFaultMode, Fault } from './fault-plan.ts';
import type { Message } from './message.ts';
import type { FaultEvent } from './observer.ts';
import type { WorldView } from './world-view.ts';

/** State of a directed link that the nemesis may set. Zero everywhere is the calm link. */
export interface LinkTrouble {
  /** Messages are lost. Counted: overlapping partitions each add one. */
  cut: number;
  /** Messages sent now are lost; those that are under way arrive. Counted. */
  shut: number;
  /** Messages wait until this is zero again. Counted. */
  clogged: number;
  lossPerMillion: number;
  duplicatePerMillion: number;
  reorderPerMillion: number;
  corruptPerMillion: number;
  extraLatencyUs: number;
}

/** Trouble of one node's disk that the nemesis may set. */
export interface DiskTrouble {
  readonly mode: DiskFaultMode;
  readonly perMillion: number;
  /** Only files whose name contains this; empty: all. */
  readonly file: string;
}

/**
 * The verbs by which a nemesis, or a person at the terminal, troubles a world. All take effect at
 * once, between two steps. They check nothing: the fault budget does.
 */
export interface WorldControl extends WorldView {
  /** Calls back at a true time, before the events of nodes at that time. */
  at(timeUs: number, callback: () => void): void;
  /** Calls back after each mark of a kind at any server node (see `When` of the fault plan). */
  onMark(event: string, callback: (node: number) => void): void;
  link(from: number, to: number): LinkTrouble;
  /** Tells the world that cut, clogged or trouble of some links changed: releases clogged messages. */
  linksChanged(): void;
  kill(node: number): void;
  powerLoss(node: number): void;
  /** Starts a new life of a node that is down; does nothing when it is up. */
  start(node: number): void;
  stall(node: number): void;
  suspend(node: number): void;
  /** Ends a stall or a suspension. */
  resume(node: number): void;
  /** Empties the disk of a node that is down. */
  wipe(node: number): void;
  /** Extra time for each delivery to and from the node; 0 ends it. */
  slow(node: number, delayUs: number): void;
  stepWallClock(node: number, byUs: number): void;
  freezeWallClock(node: number, frozen: boolean): void;
  /** Rate error of the monotonic clock; 0 gives back the drawn one. */
  driftMonotonicClock(node: number, partsPerMillion: number): void;
  /** Starts trouble; the function that it returns ends it. */
  troubleDisk(node: number, trouble: DiskTrouble): () => void;
  /** Flips one bit in the file, in all images. False when there is no such byte. */
  flipBit(node: number, file: string, offset: number, bit: number): boolean;
  /**
   * Delivers a message at once, as if somebody gave it at the console of the node: its sender is the
   * node itself. False when the node does not run.
   */
  command(node: number, message: Message): boolean;
  /**
   * Takes the soonest message with this content key off its way from one node to another. False when
   * there is none.
   */
  loseMessage(from: number, to: number, key: number): boolean;
  /** Reports a fault to observers. */
  reportFault(event: FaultEvent): void;
}

/** Carries out a plan on a world. */
export interface Nemesis {
  /** Arms all faults of the plan. Called again, it arms faults that were added at the plan's end. */
  begin(plan: readonly Fault[]): void;
  /** Undoes everything that is in force, and forgets what has not begun; starts what is down. */
  heal(): void;
  /** Faults that began, were refused by the budget, or whose trigger never came. */
  readonly tally: readonly { readonly begun: number; readonly refused: number }[];
}
