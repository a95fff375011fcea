import type { Cell } from '../../src/systems/common/table.ts';
import type { Task } from '../../src/systems/orchestrator/state/rows.ts';
import type { ClusterState } from '../../src/systems/orchestrator/state/state.ts';
import { isOnNode } from './task-words.ts';

/** A row that an entry made, changed or deleted. */
export interface Change<Row = unknown> {
  readonly table: string;
  readonly group: number | string;
  readonly key: number | string;
  /** Undefined: it was made. */
  readonly before: Readonly<Row> | undefined;
  /** Undefined: it is gone. */
  readonly after: Readonly<Row> | undefined;
}

const nothing: readonly Change<never>[] = [];
const nobody: ReadonlySet<string> = new Set();

/**
 * The rows as they were before the entry that is judged, with counts of the checker's own over
 * tasks. None of it is read from the indexes of the state machine, which are there to be judged. An
 * entry costs what it touches.
 */
export class StorePast {
  readonly #rows: Map<string, object> = new Map();
  readonly #changes: Map<string, Change<never>[]> = new Map();
  readonly #slots: Map<string, Set<string>> = new Map();
  readonly #services: Map<string, number> = new Map();
  readonly #nodes: Map<string, Set<string>> = new Map();

  /** Takes in what an entry has changed. */
  follow(state: ClusterState): void {
    this.#changes.clear();
    for (const cell of state.changed) this.#take(cell);
  }

  #take({ table, group, key, row, gone }: Cell): void {
    const name = `${table}/${group}/${key}`;
    const before = this.#rows.get(name);
    const after = gone ? undefined : { ...(row as object) };
    if (before === undefined && after === undefined) return;
    if (after === undefined) this.#rows.delete(name);
    else this.#rows.set(name, after);
    const change = { table, group, key, before, after } as Change<never>;
    const list = this.#changes.get(table);
    if (list === undefined) this.#changes.set(table, [change]);
    else list.push(change);
    if (table !== 'tasks') return;
    const id = String(key);
    if (before !== undefined) this.#count(id, before as Task, false);
    if (after !== undefined) this.#count(id, after as Task, true);
  }

  #count(id: string, task: Readonly<Task>, isThere: boolean): void {
    toggle(this.#slots, slotName(task.service, task.slot), id, isThere);
    const count = (this.#services.get(task.service) ?? 0) + (isThere ? 1 : -1);
    if (count === 0) this.#services.delete(task.service);
    else this.#services.set(task.service, count);
    if (isOnNode(task.observed)) toggle(this.#nodes, task.node, id, isThere);
  }

  /** What the entry changed in a table. */
  of<Row>(table: string): readonly Change<Row>[] {
    return this.#changes.get(table) ?? nothing;
  }

  /** Whether the entry changed nothing but rows of these tables. */
  onlyTouched(tables: ReadonlySet<string>): boolean {
    for (const table of this.#changes.keys()) if (!tables.has(table)) return false;
    return true;
  }

  /** Whether every row that the entry touched, if any, is as it was before. */
  leftAlone(): boolean {
    for (const list of this.#changes.values()) {
      for (const { before, after } of list as Change<object>[]) {
        if (before === undefined || after === undefined || !hasSameFields(before, after)) {
          return false;
        }
      }
    }
    return true;
  }

  /** Every change of the entry, table by table. */
  *all(): Generator<Change> {
    for (const list of this.#changes.values()) yield* list;
  }

  /** Tasks of a slot, ended ones too. */
  slot(service: string, slot: string): ReadonlySet<string> {
    return this.#slots.get(slotName(service, slot)) ?? nobody;
  }

  /** How many tasks a service has, ended ones too. */
  tasksOf(service: string): number {
    return this.#services.get(service) ?? 0;
  }

  /** Tasks that a node has in its hands. */
  on(node: string): ReadonlySet<string> {
    return this.#nodes.get(node) ?? nobody;
  }
}

function hasSameFields(one: object, other: object): boolean {
  const values = Object.entries(one);
  if (values.length !== Object.keys(other).length) return false;
  return values.every(([name, value]) => value === (other as Record<string, unknown>)[name]);
}

export function slotName(service: string, slot: string): string {
  return `${service}/${slot}`;
}

function toggle(sets: Map<string, Set<string>>, key: string, item: string, isThere: boolean): void {
  const set = sets.get(key);
  if (isThere) {
    if (set === undefined) sets.set(key, new Set([item]));
    else set.add(item);
  } else if (set !== undefined) {
    set.delete(item);
    if (set.size === 0) sets.delete(key);
  }
}
