import type { ContainerPhase, ContainerSpec, Exit, Mount } from './container-runtime.ts';

/** A container as the machine has it. */
export interface Container {
  readonly spec: ContainerSpec;
  /** Tells containers of one name apart. */
  readonly number: number;
  phase: ContainerPhase;
  exit: Exit | null;
  /** Reading of the monotonic clock when it began to run; 0 before. */
  startedUs: number;
}

/**
 * What is true of one machine, whoever looks: its containers, open mounts and cached layers. It is no
 * part of a life of the agent: a kill leaves it as it is, and only `powerOff` ends what runs. While the
 * agent is dead nothing steps on its node, so here the containers stand still, but for the watchdog,
 * which `alive` and `isOpen` reckon with: its time is a reading of the clock of the agent's last life,
 * which goes on until the next one begins.
 */
export class Machine {
  /** In the order of their starts. */
  readonly containers: Map<string, Container> = new Map();
  /** By volume: no machine opens one twice. */
  readonly mounts: Map<string, Mount> = new Map();
  readonly layers: Set<string> = new Set();
  /** Until when bound containers are held, without their grace. */
  holdUntilUs = 0;
  /** Counts containers, over all lives. */
  started = 0;

  /** A container's processes may be doing something at a reading of the clock. */
  alive({ phase, spec }: Container, nowUs: number): boolean {
    return phase !== 'exited' && (!spec.bound || nowUs < this.holdUntilUs + spec.graceUs);
  }

  /** An exclusive mount is open at a reading of the clock. */
  isOpen({ graceUs }: Mount, nowUs: number): boolean {
    return nowUs < this.holdUntilUs + graceUs;
  }

  /** Containers that may be doing something now. */
  running(nowUs: number): Container[] {
    return [...this.containers.values()].filter((container) => this.alive(container, nowUs));
  }

  /** Exclusive mounts that are open now. */
  open(nowUs: number): Mount[] {
    return [...this.mounts.values()].filter((mount) => this.isOpen(mount, nowUs));
  }

  /** Everything that lives in memory is gone; layers are on the disk. */
  powerOff(): void {
    this.containers.clear();
    this.mounts.clear();
    this.holdUntilUs = 0;
  }

  /** A machine that nobody has used yet. */
  reset(): void {
    this.powerOff();
    this.layers.clear();
    this.started = 0;
  }
}
