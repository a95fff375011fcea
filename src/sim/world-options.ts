import type { Choices } from './choices.ts';
import type { AnyComponent } from './component.ts';
import type { Environment } from './environment.ts';
import type { NodeId } from './message.ts';
import type { WorldObserver } from './observer.ts';

/** One node, or one client endpoint. */
export interface NodeOptions {
  readonly id: NodeId;
  readonly component: AnyComponent;
  /** Fault domain: nodes of one zone lose power together. */
  readonly zone: string;
  /** False for client endpoints: their clocks are true, their disks work, the nemesis spares them. */
  readonly server: boolean;
}

/** Everything that makes a world. */
export interface WorldOptions {
  /** Servers first, then clients. */
  readonly nodes: readonly NodeOptions[];
  readonly choices: Choices;
  readonly environment: Environment;
  /** Watches the run; use `combineObservers` for several. */
  readonly observer?: WorldObserver;
  /**
   * Runs all pending promise continuations at once. Needed only by components that use promises;
   * the world itself has no access to the host's queues.
   */
  readonly drain?: () => void;
  /** Steps at one instant of virtual time before the world says that it no longer moves; default 100,000. */
  readonly stepsPerInstant?: number;
  /** Sends each message through its codec and freezes it; must not change the digest. */
  readonly paranoid?: boolean;
}

/** Why a slice of the run ended. */
export type SliceEnd =
  /** The time that was asked for is reached. */
  | 'time'
  /** The number of steps that was asked for is done. */
  | 'steps'
  /** `stop()` was called. */
  | 'stopped'
  /** Too many steps at one instant: a livelock. */
  | 'livelock'
  /** Promises of a component must run: let the host's queues run, then call again. */
  | 'drain';
