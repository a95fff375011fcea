import { Plan } from '../scheduler/plan.ts';
import { isAloneOnItsNode, Ranking } from '../scheduler/ranking.ts';
import { type Assignment, placeTask } from '../scheduler/schedule.ts';
import type { Task } from '../state/rows.ts';
import type { ClusterState } from '../state/state.ts';
import { compareIds, isLive } from '../state/task-index.ts';
import { isTerminal } from '../tasks/task-states.ts';

/** Pending tasks that look for the same. */
interface Group {
  readonly tasks: Set<string>;
  /** No node would do when it was tried: only a node that has changed is worth another look. */
  blocked: boolean;
}

/** Finds nodes for the tasks that have none. */
export class ScheduleController {
  private readonly state: ClusterState;
  private readonly groups: Map<string, Group> = new Map();
  /** The group of each task that waits. */
  private readonly keys: Map<string, string> = new Map();
  /** Nodes that may have room now and had none. */
  private readonly better: Set<string> = new Set();
  private everything: boolean = true;
  /** All nodes in order, as long as none comes or goes. */
  private nodes: readonly string[] | null = null;

  constructor(state: ClusterState) {
    this.state = state;
  }

  taskChanged(id: string, task: Readonly<Task>, gone: boolean): void {
    if (gone || isTerminal(task.observed)) {
      if (task.node !== '') this.better.add(task.node);
    }
    // What no longer counts for a quota makes room on any node.
    const counted = this.state.index.quotas.of(task.service).length > 0;
    if (counted && (gone || !isLive(task))) this.limitsChanged();
    const wanted = task.desired === 'ready' || task.desired === 'running';
    if (gone || task.observed !== 'pending' || !wanted) this.forget(id);
    else if (!this.keys.has(id)) this.join(id, task);
  }

  private join(id: string, { service, revision, node }: Readonly<Task>): void {
    const key = `${service}/${revision}/${node}`;
    const group = this.groups.get(key) ?? { tasks: new Set(), blocked: false };
    group.tasks.add(id);
    group.blocked = false;
    this.groups.set(key, group);
    this.keys.set(id, key);
  }

  private forget(id: string): void {
    const key = this.keys.get(id);
    if (key === undefined) return;
    this.keys.delete(id);
    const { tasks } = this.groups.get(key)!;
    tasks.delete(id);
    if (tasks.size === 0) this.groups.delete(key);
  }

  /** A node or a volume has changed: what no node would do for may fit anywhere now. */
  placesChanged(): void {
    this.everything = true;
    this.nodes = null;
  }

  /** Quotas, or the groups of services, have changed. */
  limitsChanged(): void {
    this.everything = true;
  }

  /** Nodes for all that can be placed now; each decision counts for the ones after it. */
  pass(nowUs: number): Assignment[] {
    if (this.groups.size === 0) {
      this.better.clear();
      return [];
    }
    this.nodes ??= this.state.nodes.keys();
    const all = this.nodes;
    const some = this.everything ? all : [...this.better].sort();
    this.everything = false;
    this.better.clear();
    const plan = new Plan();
    const assignments: Assignment[] = [];
    for (const key of [...this.groups.keys()].sort()) {
      const group = this.groups.get(key)!;
      const nodes = group.blocked ? some : all;
      if (nodes.length > 0) this.place(group, nodes, plan, nowUs, assignments);
    }
    // What was turned down because of this plan is tried again, should the plan not come true.
    for (const { node } of assignments) this.better.add(node);
    if (plan.ties.size + plan.claims.size + plan.groups.size > 0) this.everything = true;
    return assignments;
  }

  private place(
    group: Group,
    nodes: readonly string[],
    plan: Plan,
    nowUs: number,
    assignments: Assignment[],
  ): void {
    const { state } = this;
    group.blocked = false;
    let ranking: Ranking | null = null;
    for (const id of [...group.tasks].sort(compareIds)) {
      const task = state.tasks.get(id)!;
      const { spec } = state.revisions.get(task.service, task.revision)!;
      const ask = { task, spec };
      let node: string | null;
      if (task.node === '' && isAloneOnItsNode(spec)) {
        ranking ??= new Ranking(state, plan, nodes, ask, nowUs);
        node = ranking.place(ask);
      } else {
        const wanted = task.node === '' || !nodes.includes(task.node) ? nodes : [task.node];
        node = placeTask(state, plan, wanted, ask, nowUs);
      }
      if (node !== null) {
        assignments.push({ task: id, node });
        continue;
      }
      group.blocked = true;
      // All of a group fit or none, but for the slots that they would stand beside.
      if (spec.template.placement.maxPerNode === 0) break;
    }
  }
}
