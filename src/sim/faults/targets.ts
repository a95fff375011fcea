import type { Target } from '../fault-plan.ts';
import type { WorldControl } from '../world-control.ts';

/** The role that stands for the node at which a trigger's event happened. */
export const eventRole = '@event';
/** The role that stands for the node that a fault struck last. */
export const struckRole = '@struck';

/** Finds the node that a target means at the moment of asking. */
export class TargetResolver {
  readonly #world: WorldControl;
  #struck = -1;
  /** Per watched role: the count of takings, and per node the number of its last one. */
  readonly #taken = new Map<string, { count: number; readonly last: Float64Array }>();

  constructor(world: WorldControl) {
    this.#world = world;
  }

  /** Remembers from now on in which order nodes take the role. */
  watch(role: string): void {
    if (role === eventRole || role === struckRole || this.#taken.has(role)) return;
    const taken = { count: 0, last: new Float64Array(this.#world.serverCount) };
    this.#taken.set(role, taken);
    this.#world.onMark(`role:${role}`, (node) => {
      taken.last[node] = ++taken.count;
    });
  }

  /** A fault has struck this node. */
  noteStruck(node: number): void {
    this.#struck = node;
  }

  /** The role of a node by its component's own words; undefined while it is down. */
  roleOf(node: number): string | undefined {
    const state = this.#world.state(node);
    if (state === undefined || this.#world.status(node) === 'down') return undefined;
    return this.#world.component(node).role?.(state);
  }

  /**
   * @param eventNode the node at which the trigger's event happened, or -1
   * @returns the node's index, or -1 when nobody has the role now
   */
  resolve(target: Target, eventNode: number): number {
    if ('node' in target) return this.#world.nodeIndex(target.node);
    if ('role' in target) {
      if (target.role === eventRole) return eventNode;
      return target.role === struckRole ? this.#struck : this.#latestWith(target.role);
    }
    const others = this.#without(target.notRole);
    return others.length === 0 ? -1 : (others[target.nth % others.length] as number);
  }

  #latestWith(role: string): number {
    const last = this.#taken.get(role)?.last;
    let found = -1;
    for (let node = 0; node < this.#world.serverCount; node++) {
      if (this.roleOf(node) !== role) continue;
      if (found < 0 || (last !== undefined && last[node]! > last[found]!)) found = node;
    }
    return found;
  }

  /** Living servers without the role; all without it when none of those lives. */
  #without(role: string): readonly number[] {
    const all: number[] = [];
    const living: number[] = [];
    for (let node = 0; node < this.#world.serverCount; node++) {
      if (this.roleOf(node) === role) continue;
      all.push(node);
      if (this.#world.status(node) !== 'down') living.push(node);
    }
    return living.length > 0 ? living : all;
  }
}
