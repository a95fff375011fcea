import type { When } from '../fault-plan.ts';
import type { WorldControl } from '../world-control.ts';
import type { TargetResolver } from './targets.ts';

/** The part of `When` that waits for a meaning. */
type Meaning = Extract<When, { event: string }>;

/**
 * Waits for the moments at which faults begin.
 *
 * A moment by meaning is counted over all nodes that `of` picks; with `since`, each node is counted
 * for itself, from its own last `since` on, and not at all before its first. All callbacks come
 * between two steps, before whatever else happens at that time.
 */
export class Triggers {
  readonly #world: WorldControl;
  readonly #targets: TargetResolver;
  /** Who waits for faults. */
  readonly #faults: ((node: number) => void)[] = [];

  constructor(world: WorldControl, targets: TargetResolver) {
    this.#world = world;
    this.#targets = targets;
  }

  /** Calls back once, with the node at which it happened, or -1 for a moment by time. */
  arm(when: When, callback: (eventNode: number) => void): void {
    if ('atUs' in when) this.#world.at(when.atUs, () => callback(-1));
    else if (when.since === undefined) this.#countAll(when, callback);
    else this.#countEach(when, when.since, callback);
  }

  /** A fault has struck a node. */
  struck(node: number): void {
    for (const callback of this.#faults) callback(node);
  }

  #on(event: string, callback: (node: number) => void): void {
    if (event === 'fault') this.#faults.push(callback);
    else this.#world.onMark(event, callback);
  }

  #countAll(when: Meaning, callback: (eventNode: number) => void): void {
    let left = when.nth;
    this.#on(when.event, (node) => {
      if (left <= 0 || !this.#concerns(when, node)) return;
      if (--left === 0) this.#after(when, node, callback);
    });
  }

  #countEach(when: Meaning, since: string, callback: (eventNode: number) => void): void {
    /** Per node: occurrences still to come; 0 while its `since` has not come. */
    const left = new Int32Array(this.#world.serverCount);
    let done = false;
    this.#on(since, (node) => {
      left[node] = when.nth;
    });
    this.#on(when.event, (node) => {
      if (done || left[node] === 0 || !this.#concerns(when, node)) return;
      left[node]!--;
      if (left[node] !== 0) return;
      done = true;
      this.#after(when, node, callback);
    });
  }

  #concerns(when: Meaning, node: number): boolean {
    if (when.notBeforeUs !== undefined && this.#world.timeUs < when.notBeforeUs) return false;
    const { of } = when;
    if (of === undefined) return true;
    if ('role' in of) return this.#targets.roleOf(node) === of.role;
    return this.#targets.resolve(of, node) === node;
  }

  #after(when: Meaning, node: number, callback: (eventNode: number) => void): void {
    this.#world.at(this.#world.timeUs + when.afterUs, () => callback(node));
  }
}
