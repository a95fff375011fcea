/**
 * Which machine is which node of the store: by the certificates that machines were given, not by what
 * managers take them for. A machine that lost its disk becomes another node.
 */
export class Members {
  /** Machines by the id of the node; one, unless somebody has another's certificate. */
  readonly #machines: Map<string, Set<number>> = new Map();
  /** The newest id of each machine. */
  readonly #ids: Map<number, string> = new Map();

  /** When the newest registration of each node was committed. */
  readonly #registeredUs: Map<string, number> = new Map();

  /** A machine was given a certificate of a node. */
  certified(machine: number, node: string): void {
    const machines = this.#machines.get(node) ?? new Set<number>();
    machines.add(machine);
    this.#machines.set(node, machines);
    this.#ids.set(machine, node);
  }

  /** A registration of a node was committed. */
  registered(node: string, timeUs: number): void {
    this.#registeredUs.set(node, timeUs);
  }

  /** When the newest registration of a node was committed; 0: there was none. */
  registeredUs(node: string): number {
    return this.#registeredUs.get(node) ?? 0;
  }

  /** Whether a machine was ever given a certificate of a node. */
  owns(machine: number, node: string): boolean {
    return this.#machines.get(node)?.has(machine) ?? false;
  }

  /** The node that a machine is now; empty while it is none. */
  idOf(machine: number): string {
    return this.#ids.get(machine) ?? '';
  }

  /** The machine that is a node now; -1 for none. */
  machineOf(node: string): number {
    for (const machine of this.#machines.get(node) ?? []) {
      if (this.#ids.get(machine) === node) return machine;
    }
    return -1;
  }
}
