import type { KnownConfiguration, OperatorDefinition } from '../operator.ts';
import type { WorldView } from '../world-view.ts';

/**
 * The configurations of a cluster that may decide something yet: the last one that any node knows to
 * be decided, and all that came after it. What a node said last counts while it is down, as its
 * disk may remember it. A system without an operator has one configuration: all servers.
 */
export class QuorumsInForce {
  readonly #world: WorldView;
  readonly #operator: OperatorDefinition | undefined;
  readonly #everybody: readonly (readonly number[])[];
  readonly #said: (readonly KnownConfiguration[] | undefined)[];
  #decided: KnownConfiguration | undefined;

  constructor(world: WorldView, operator: OperatorDefinition | undefined) {
    this.#world = world;
    this.#operator = operator;
    this.#everybody = [Array.from({ length: world.serverCount }, (_, node) => node)];
    this.#said = Array.from({ length: world.serverCount });
  }

  /** Whether anybody can change who decides. */
  get isOperated(): boolean {
    return this.#operator !== undefined;
  }

  /** Looks at all nodes. To be called after whatever may have changed the members. */
  look(): void {
    if (this.#operator === undefined) return;
    for (let node = 0; node < this.#world.serverCount; node++) {
      const state = this.#world.status(node) === 'down' ? undefined : this.#world.state(node);
      const view = state === undefined ? undefined : this.#operator.membership(state);
      if (view === undefined) continue;
      this.#said[node] = view.configurations;
      for (const configuration of view.configurations) {
        if (configuration.place > view.decidedUpTo) continue;
        if (this.#decided === undefined || configuration.place > this.#decided.place) {
          this.#decided = configuration;
        }
      }
    }
  }

  /** The configurations in force, the last one that is decided first. */
  configurations(): readonly KnownConfiguration[] {
    this.look();
    const decided = this.#decided;
    const all: KnownConfiguration[] = decided === undefined ? [] : [decided];
    for (const configurations of this.#said) {
      for (const one of configurations ?? []) {
        if (decided !== undefined && one.place <= decided.place) continue;
        if (!all.some(({ place, version }) => place === one.place && version === one.version)) {
          all.push(one);
        }
      }
    }
    return all;
  }

  /** Groups each of which needs a majority; several may be equal. */
  groups(): readonly (readonly number[])[] {
    const configurations = this.configurations();
    if (configurations.length === 0) return this.#everybody;
    return configurations.flatMap(({ groups }) => groups);
  }
}
