import { QuotaIndex } from '../quotas/quota-index.ts';
import type { Resources } from '../specs/task-template.ts';
import { isOnNode, isTerminal } from '../tasks/task-states.ts';
import type { Task } from './rows.ts';

/** What the tasks of a service add up to. */
export interface ServiceTasks {
  /** Tasks by slot, the oldest first. */
  readonly slots: Map<string, string[]>;
  /** How many tasks there are of a revision, ended ones too. */
  readonly revisions: Map<number, number>;
}

/** What the tasks that have not ended add up to on a node. */
export interface NodeLoad {
  readonly tasks: Set<string>;
  cpuMillis: number;
  memoryBytes: number;
  /** By service: how many tasks. */
  readonly services: Map<string, number>;
  /** By service and slot: how many tasks. */
  readonly slots: Map<string, Map<string, number>>;
}

/**
 * What the table of tasks says anyway, in the shape in which it is asked for. Kept up task by task,
 * so nothing costs more with many tasks than with few; not part of the state, and made anew from the
 * table after a restore.
 */
export class TaskIndex {
  readonly services: Map<string, ServiceTasks> = new Map();
  readonly loads: Map<string, NodeLoad> = new Map();
  /** Without an address yet. */
  readonly fresh: Set<string> = new Set();
  /** Without a node yet. */
  readonly pending: Set<string> = new Set();
  /** What counts for quotas: what is on a node and is wanted there. */
  readonly quotas: QuotaIndex = new QuotaIndex();

  add(id: string, task: Readonly<Task>, reserved: Resources): void {
    const service = this.service(task.service);
    insertTask(service.slots, task.slot, id);
    bump(service.revisions, task.revision, 1);
    this.count(id, task, reserved, 1);
  }

  remove(id: string, task: Readonly<Task>, reserved: Resources): void {
    const service = this.service(task.service);
    const slot = service.slots.get(task.slot)!.filter((other) => other !== id);
    if (slot.length > 0) service.slots.set(task.slot, slot);
    else service.slots.delete(task.slot);
    bump(service.revisions, task.revision, -1);
    if (service.slots.size === 0) this.services.delete(task.service);
    this.count(id, task, reserved, -1);
  }

  /** Adds or takes away what changes while a task lives; its slot and revision do not. */
  count(id: string, task: Readonly<Task>, reserved: Resources, sign: 1 | -1): void {
    change(this.fresh, id, sign === 1 && task.observed === 'new');
    change(this.pending, id, sign === 1 && task.observed === 'pending');
    if (!isOnNode(task.observed)) return;
    if (isLive(task)) this.quotas.count(task.service, reserved, sign);
    const load = this.load(task.node);
    change(load.tasks, id, sign === 1);
    load.cpuMillis += sign * reserved.cpuMillis;
    load.memoryBytes += sign * reserved.memoryBytes;
    bump(load.services, task.service, sign);
    let slots = load.slots.get(task.service);
    if (slots === undefined) {
      slots = new Map();
      load.slots.set(task.service, slots);
    }
    bump(slots, task.slot, sign);
    if (slots.size === 0) load.slots.delete(task.service);
    if (load.tasks.size === 0) this.loads.delete(task.node);
  }

  /** Tasks of a slot, the oldest first. */
  slot(service: string, slot: string): readonly string[] {
    return this.services.get(service)?.slots.get(slot) ?? [];
  }

  private service(service: string): ServiceTasks {
    let tasks = this.services.get(service);
    if (tasks === undefined) {
      tasks = { slots: new Map(), revisions: new Map() };
      this.services.set(service, tasks);
    }
    return tasks;
  }

  private load(node: string): NodeLoad {
    let load = this.loads.get(node);
    if (load === undefined) {
      load = {
        tasks: new Set(),
        cpuMillis: 0,
        memoryBytes: 0,
        services: new Map(),
        slots: new Map(),
      };
      this.loads.set(node, load);
    }
    return load;
  }
}

/** Whether a task is one that its slot has: wanted, not over, its node not given up. */
export function isLive(task: Readonly<Task>): boolean {
  const wanted = task.desired === 'ready' || task.desired === 'running';
  return wanted && task.lostUs === 0 && !isTerminal(task.observed);
}

function insertTask(slots: Map<string, string[]>, slot: string, id: string): void {
  const tasks = slots.get(slot);
  if (tasks === undefined) slots.set(slot, [id]);
  else {
    tasks.push(id);
    tasks.sort(compareIds);
  }
}

/** Orders ids by the entries that made them. */
export function compareIds(a: string, b: string): number {
  const [first, second] = [a.split('-'), b.split('-')];
  for (const part of [1, 2, 0]) {
    const difference = Number(first[part]) - Number(second[part]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function bump<Key>(counts: Map<Key, number>, key: Key, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

function change<Item>(set: Set<Item>, item: Item, present: boolean): void {
  if (present) set.add(item);
  else set.delete(item);
}
