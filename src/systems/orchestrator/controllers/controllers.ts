import { DueQueue } from '../../common/due-queue.ts';
import type { Cell } from '../../common/table.ts';
import type { Deployment } from '../deployments/deployment.ts';
import type { Command, CommandOf } from '../state/command.ts';
import type { Node, Task } from '../state/rows.ts';
import type { ClusterState } from '../state/state.ts';
import { compareIds } from '../state/task-index.ts';
import { DeploymentController } from './deployment-controller.ts';
import { ScheduleController } from './schedule-controller.ts';
import { SlotController } from './slot-controller.ts';

/**
 * What a leader does by itself. All of it is an opinion about the store, worked out again from
 * nothing by every new leader: the entries that it proposes are checked or decided anew when they are
 * applied. It keeps what may need attention, so that an event costs what it touches.
 *
 * Use: make one at the beginning of a leadership (and after a restore), call `observe` after each
 * entry, `pass` whenever something was observed or `nextUs` has come, propose all that it gives, and
 * make the next pass when all of those proposals have ended.
 */
export class Controllers {
  private readonly state: ClusterState;
  private readonly slots: SlotController;
  private readonly schedule: ScheduleController;
  private readonly deployments: DeploymentController;
  /** Nodes that are down, by when what is on them is given up. */
  private readonly orphans: DueQueue<string> = new DueQueue();
  private readonly overdue: Set<string> = new Set();
  private addressesFreed: boolean = true;

  constructor(state: ClusterState) {
    this.state = state;
    this.slots = new SlotController(state);
    this.schedule = new ScheduleController(state);
    this.deployments = new DeploymentController(state);
    for (const id of state.services.keys()) this.serviceChanged(id);
    for (const id of state.index.pending) {
      this.schedule.taskChanged(id, state.tasks.get(id)!, false);
    }
    for (const id of state.nodes.keys()) this.watch(id);
  }

  /** When time alone makes a pass worth while; null when nothing waits for time. */
  get nextUs(): number | null {
    const times = [this.slots.nextUs, this.deployments.nextUs, this.orphans.nextUs];
    const set = times.filter((timeUs) => timeUs !== null);
    return set.length === 0 ? null : Math.min(...set);
  }

  /** Takes note of the rows that an entry changed: `state.changed`. */
  observe(changed: readonly Cell[]): void {
    for (const { table, key, group, row, gone } of changed) {
      switch (table) {
        case 'tasks':
          this.taskChanged(String(key), row as Task, gone);
          break;
        case 'services':
          this.serviceChanged(String(key));
          if (this.state.quotas.size > 0) this.schedule.limitsChanged();
          break;
        case 'deployments':
          this.serviceChanged((row as Deployment).service);
          break;
        case 'nodes':
          this.nodeChanged(String(key), row as Node, gone);
          break;
        case 'volumes':
          this.schedule.placesChanged();
          break;
        case 'quotas':
          this.schedule.limitsChanged();
          break;
        case 'addresses':
          if (gone) this.addressesFreed = true;
          break;
        case 'restarts':
          // A later restart may be due at another time.
          this.slots.mark(String(group), String(key).slice(String(key).indexOf('/') + 1));
          break;
      }
    }
  }

  /**
   * What is to be proposed now, in this order. The time that counts is the store's, should the clock
   * be behind it.
   */
  pass(clockUs: number): Command[] {
    const nowUs = Math.max(clockUs, this.state.timeUs);
    const { batch } = this.state.settings;
    const commands: Command[] = [...this.deployments.pass(nowUs)];
    for (const slots of cut(this.slots.pass(nowUs), batch)) {
      commands.push({ kind: 'reconcile', slots });
    }
    for (const tasks of cut(this.waitingForAddress(), batch)) {
      commands.push({ kind: 'allocate', tasks });
    }
    for (const assignments of cut(this.schedule.pass(nowUs), batch)) {
      commands.push({ kind: 'assign', assignments });
    }
    commands.push(...this.orphanings(nowUs));
    return commands;
  }

  private taskChanged(id: string, task: Readonly<Task>, gone: boolean): void {
    this.slots.mark(task.service, task.slot);
    this.deployments.mark(task.service);
    this.schedule.taskChanged(id, task, gone);
  }

  private serviceChanged(id: string): void {
    this.slots.serviceChanged(id);
    this.deployments.mark(id);
  }

  private nodeChanged(id: string, node: Readonly<Node>, gone: boolean): void {
    this.schedule.placesChanged();
    for (const task of this.state.index.loads.get(id)?.tasks ?? []) {
      const { service, slot } = this.state.tasks.get(task)!;
      this.slots.mark(service, slot);
      this.deployments.mark(service);
    }
    for (const service of this.state.globals) {
      this.slots.mark(service, id);
      this.deployments.mark(service);
    }
    if (gone || node.status !== 'fenced') this.overdue.delete(id);
    else this.watch(id);
  }

  private watch(id: string): void {
    const { status, statusUs } = this.state.nodes.get(id)!;
    if (status === 'fenced') this.orphans.push(statusUs + this.state.settings.orphanUs, id);
  }

  private waitingForAddress(): string[] {
    if (!this.addressesFreed) return [];
    this.addressesFreed = false;
    return [...this.state.index.fresh].sort(compareIds);
  }

  private orphanings(nowUs: number): CommandOf<'orphan'>[] {
    for (let due = this.orphans.pop(nowUs); due !== null; due = this.orphans.pop(nowUs)) {
      const node = this.state.nodes.get(due.key);
      const { orphanUs } = this.state.settings;
      if (node?.status !== 'fenced') continue;
      if (node.statusUs + orphanUs <= nowUs) this.overdue.add(due.key);
    }
    const commands: CommandOf<'orphan'>[] = [];
    for (const node of [...this.overdue].sort()) {
      if (this.state.index.loads.has(node)) commands.push({ kind: 'orphan', node });
      else this.overdue.delete(node);
    }
    return commands;
  }
}

function cut<Item>(items: readonly Item[], size: number): Item[][] {
  const pieces: Item[][] = [];
  for (let at = 0; at < items.length; at += size) pieces.push(items.slice(at, at + size));
  return pieces;
}
