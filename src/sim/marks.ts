import type { SimNode } from './sim-node.ts';

type Callback = (node: number) => void;

/** Who waits for marks of one kind, by the part of their names behind the colon. */
export type Watch = Map<string, Callback[]>;

/**
 * The moments that semantic triggers wait for. Marks are noted while a step runs and take effect
 * between steps, in the order in which they were made. What nobody waits for costs a look at a size.
 */
export class Marks {
  /** `role:`, `send:`, `receive:` and `probe:`, whose names are not put together for each mark. */
  readonly roles: Watch = new Map();
  readonly sends: Watch = new Map();
  readonly receipts: Watch = new Map();
  readonly probes: Watch = new Map();
  /** All others, by their whole names: of the disk, and `start`. */
  readonly others: Watch = new Map();
  readonly #due: { readonly callback: Callback; readonly node: number }[] = [];

  on(event: string, callback: Callback): void {
    const colon = event.indexOf(':');
    const watch = this.#watchOf(event.slice(0, Math.max(0, colon)));
    const name = watch === this.others ? event : event.slice(colon + 1);
    const callbacks = watch.get(name);
    if (callbacks === undefined) watch.set(name, [callback]);
    else callbacks.push(callback);
  }

  #watchOf(prefix: string): Watch {
    switch (prefix) {
      case 'role':
        return this.roles;
      case 'send':
        return this.sends;
      case 'receive':
        return this.receipts;
      case 'probe':
        return this.probes;
      default:
        return this.others;
    }
  }

  /** Notes a mark. Look at the size of the watch first: that is the fast path. */
  note(watch: Watch, name: string, node: SimNode): void {
    if (!node.server) return;
    const callbacks = watch.get(name);
    if (callbacks === undefined) return;
    for (const callback of callbacks) this.#due.push({ callback, node: node.index });
  }

  /** Tells whoever waits; what they do may note further marks. */
  fire(): void {
    const due = this.#due;
    if (due.length === 0) return;
    for (let at = 0; at < due.length; at++) {
      const { callback, node } = due[at] as (typeof due)[number];
      callback(node);
    }
    while (due.length > 0) due.pop();
  }
}
