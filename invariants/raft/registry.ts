/** What is known for good about the entry with one term at one index. */
export interface Registered {
  readonly term: number;
  readonly hash: number;
  readonly prefix: number;
  /** The node in whose log it was seen first. */
  readonly creator: number;
  /** Whether that node had won the election of the term by then. */
  readonly lawful: boolean;
}

/**
 * The first sight of each (term, index): whoever shows another entry, or another history before it,
 * under the same name breaks a law. Set once, never changed.
 */
export class Registry {
  /** All below were pruned. */
  base = 0;
  #slots: (Registered[] | undefined)[] = [];

  find(term: number, index: number): Registered | undefined {
    const slot = this.#slots[index - this.base];
    if (slot === undefined) return undefined;
    for (const registered of slot) if (registered.term === term) return registered;
    return undefined;
  }

  add(index: number, registered: Registered): void {
    const at = index - this.base;
    if (at < 0) return;
    while (this.#slots.length <= at) this.#slots.push(undefined);
    const slot = this.#slots[at];
    if (slot === undefined) this.#slots[at] = [registered];
    else slot.push(registered);
  }

  /** Forgets what lies below an index; cheap when called often, for it works in strides. */
  prune(below: number): void {
    const count = below - this.base;
    if (count < 1_024) return;
    this.#slots = this.#slots.slice(count);
    this.base = below;
  }
}
