import type { WorldControl } from '../world-control.ts';

/**
 * What keeps nodes down, paused, slowed or off their clocks. Everything is counted or summed per
 * node, so that faults may overlap in any order and the last one to end sets the node free.
 */
export class Holds {
  readonly #world: WorldControl;
  readonly #down: Int32Array;
  readonly #paused: Int32Array;
  readonly #frozen: Int32Array;
  readonly #slowUs: Float64Array;
  readonly #driftPpm: Float64Array;

  constructor(world: WorldControl) {
    this.#world = world;
    const count = world.nodeCount;
    this.#down = new Int32Array(count);
    this.#paused = new Int32Array(count);
    this.#frozen = new Int32Array(count);
    this.#slowUs = new Float64Array(count);
    this.#driftPpm = new Float64Array(count);
  }

  /** Kills the process, or cuts the power (also of a machine whose process is dead already). */
  takeDown(node: number, powerLoss: boolean): void {
    this.#down[node]!++;
    if (powerLoss) this.#world.powerLoss(node);
    else if (this.#world.status(node) !== 'down') this.#world.kill(node);
  }

  /** The node starts again when nothing else keeps it down. */
  letUp(node: number): void {
    if (--this.#down[node]! === 0 && this.#world.status(node) === 'down') this.#world.start(node);
  }

  pause(node: number, suspended: boolean): void {
    this.#paused[node]!++;
    if (this.#world.status(node) !== 'up') return;
    if (suspended) this.#world.suspend(node);
    else this.#world.stall(node);
  }

  /** The node runs on when nothing else keeps it paused. A later life was never paused. */
  unpause(node: number): void {
    if (--this.#paused[node]! !== 0) return;
    const status = this.#world.status(node);
    if (status === 'stalled' || status === 'suspended') this.#world.resume(node);
  }

  slow(node: number, byUs: number): void {
    this.#slowUs[node]! += byUs;
    this.#world.slow(node, this.#slowUs[node]!);
  }

  freeze(node: number): void {
    if (++this.#frozen[node]! === 1) this.#world.freezeWallClock(node, true);
  }

  thaw(node: number): void {
    if (--this.#frozen[node]! === 0) this.#world.freezeWallClock(node, false);
  }

  drift(node: number, byPpm: number): void {
    this.#driftPpm[node]! += byPpm;
    this.#world.driftMonotonicClock(node, this.#driftPpm[node]!);
  }

  /** Starts whatever is still down. Nodes that are up stay as they are: a restart cures too much. */
  startAll(): void {
    for (let node = 0; node < this.#world.serverCount; node++) {
      this.#down[node] = 0;
      if (this.#world.status(node) === 'down') this.#world.start(node);
      if (this.#world.status(node) !== 'up') this.#world.resume(node);
    }
  }
}
