import type { NetworkTable } from '../messages/worker-messages.ts';
import { NameTable } from '../network/name-table.ts';

/**
 * What this worker knows of names and virtual addresses, as it was told last. Kept while it is
 * cut off, and gone with the life of the agent: the managers tell it again.
 */
export class LocalTables {
  private readonly networks: Map<string, NameTable> = new Map();
  /** `to` of the last tables of the present session; 0: none. */
  upTo = 0;

  /** The names of a network; one that nobody spoke of is empty. */
  network(name: string): NameTable {
    let table = this.networks.get(name);
    if (table === undefined) {
      table = new NameTable();
      this.networks.set(name, table);
    }
    return table;
  }

  /** Takes tables in; false when those before them are missing. */
  learn(full: boolean, from: number, to: number, tables: readonly NetworkTable[]): boolean {
    if (!full && from !== this.upTo) return false;
    if (full && to < this.upTo) return true;
    for (const { network, table } of tables) this.network(network).learn(table);
    this.upTo = to;
    return true;
  }
}
