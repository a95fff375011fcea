import type { Probe } from '../specs/health-check.ts';
import type { Resources } from '../specs/task-template.ts';

/** What a container is started from. */
export interface ContainerSpec {
  /** Its name on the machine: the id of its task. No name is used for two at a time. */
  readonly id: string;
  /** The slot that it fills, for people and for checkers. */
  readonly service: string;
  readonly slot: string;
  readonly image: string;
  readonly limits: Resources;
  /** It ends when the lease of the machine does: see `ContainerRuntime.hold`. */
  readonly bound: boolean;
  /** Between the request to stop and the kill. */
  readonly graceUs: number;
}

/**
 * - `starting`, `running`, `stopping`: its processes may do things.
 * - `exited`: they are gone; it is remembered until it is removed.
 */
export type ContainerPhase = 'starting' | 'running' | 'stopping' | 'exited';

/** How a container ended. */
export interface Exit {
  readonly code: number;
  /** For people: `out of memory`, `killed after its grace`. Empty for a plain end. */
  readonly reason: string;
}

export interface ContainerStatus {
  readonly id: string;
  readonly phase: ContainerPhase;
  /** Null while it has not ended. */
  readonly exit: Exit | null;
}

/** An exclusive volume that is open on the machine. */
export interface Mount {
  readonly volume: string;
  /** The task for which it is open. */
  readonly task: string;
  /** Of the claim: storage refuses what comes with an older one than it has seen. */
  readonly epoch: number;
  /** See `ContainerSpec.graceUs`. */
  readonly graceUs: number;
}

/** Why a pull failed: `missing` is for good, `failed` may go well next time. */
export type PullFault = 'missing' | 'failed';

/**
 * The container runtime of a machine, as its agent uses it. Containers and mounts belong to the
 * machine: they go on when the agent dies, and end with the power. Calls back once each, unless the
 * agent dies first.
 */
export interface ContainerRuntime {
  /** Fetches what the machine lacks of an image. */
  pull(image: string, done: (fault: PullFault | null) => void): void;
  /** Starts a container; false when one of that name has not ended, or the lease is over. */
  start(spec: ContainerSpec): boolean;
  /** Asks a container to end, and kills it when its grace is over. Asking again changes nothing. */
  stop(id: string): void;
  /** Forgets a container that has ended. */
  remove(id: string): void;
  status(id: string): ContainerStatus | undefined;
  /** All that are known, in the order of their starts. */
  list(): readonly ContainerStatus[];
  /** True when it is well. May never call back. */
  probe(id: string, probe: Probe, done: (well: boolean) => void): void;
  usage(id: string): Resources;
  /** Opens an exclusive volume; false when it is open here already, or the lease is over. */
  mount(mount: Mount): boolean;
  /** Closes what a task has open. No container of the task may be running. */
  unmount(task: string): void;
  mounts(): readonly Mount[];
  /**
   * Lets bound containers and mounts live until this reading of the monotonic clock, and each of them
   * for its grace beyond. A watchdog ends them then even if the agent hangs or is dead: it is a part of
   * the machine. What has ended stays so.
   */
  hold(untilUs: number): void;
}
