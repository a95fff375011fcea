import type { SimNode } from './sim-node.ts';

/**
 * The moments that semantic triggers wait for. Marks are noted while a step runs and take effect
 * between steps, in the order in which they were made. What nobody waits for costs a look at a flag.
 */
export class Marks {
  readonly #callbacks = new Map<string, ((node: number) => void)[]>();
  readonly #names = new Map<string, Map<string, string>>();
  readonly #due: { readonly callback: (node: number) => void; readonly node: number }[] = [];
  watchesRoles = false;
  watchesSends = false;
  watchesReceipts = false;
  watchesProbes = false;
  watchesDisk = false;

  on(event: string, callback: (node: number) => void): void {
    const callbacks = this.#callbacks.get(event);
    if (callbacks === undefined) this.#callbacks.set(event, [callback]);
    else callbacks.push(callback);
    if (event.startsWith('role:')) this.watchesRoles = true;
    if (event.startsWith('send:')) this.watchesSends = true;
    if (event.startsWith('receive:')) this.watchesReceipts = true;
    if (event.startsWith('probe:')) this.watchesProbes = true;
    if (event.startsWith('submit:') || !event.includes(':')) this.watchesDisk = true;
  }

  note(event: string, node: SimNode): void {
    if (this.#callbacks.size === 0 || !node.server) return;
    const callbacks = this.#callbacks.get(event);
    if (callbacks === undefined) return;
    for (const callback of callbacks) this.#due.push({ callback, node: node.index });
  }

  /** Notes `prefix:name`, without making that text anew each time. */
  noteOf(prefix: string, name: string, node: SimNode): void {
    let names = this.#names.get(prefix);
    if (names === undefined) {
      names = new Map();
      this.#names.set(prefix, names);
    }
    let event = names.get(name);
    if (event === undefined) {
      event = `${prefix}:${name}`;
      names.set(name, event);
    }
    this.note(event, node);
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
