import type { Cell } from '../common/table.ts';
import type { Deployment } from './deployments/deployment.ts';
import { phaseEdges } from './deployments/deployment.ts';
import { mayBePlaced } from './naive-placement.ts';
import type { Command } from './state/command.ts';
import type { Restarts, Service, Task, Volume } from './state/rows.ts';
import type { ClusterState } from './state/state.ts';
import { desiredStates, taskStates } from './tasks/task-states.ts';

const ends = ['complete', 'shutdown', 'failed', 'rejected', 'orphaned'];
const byAgent = taskStates.slice(3, -1);

/**
 * For tests: watches every entry for steps that must never be made, with a copy of all rows of its
 * own. Each law is the shortest form of a rung of the ladder and uses none of the machine's rules.
 */
export class Laws {
  private readonly rows: Map<string, unknown> = new Map();
  private readonly buried: Set<string> = new Set();
  private readonly epochs: Map<string, number> = new Map();
  /** How often each law had something to look at. */
  readonly premises: Map<string, number> = new Map();

  private premise(law: string): void {
    this.premises.set(law, (this.premises.get(law) ?? 0) + 1);
  }

  check(state: ClusterState, command: Command): string[] {
    const wrong: string[] = [];
    for (const cell of state.changed) this.cell(state, cell, command, wrong);
    return wrong;
  }

  private cell(state: ClusterState, cell: Cell, command: Command, wrong: string[]): void {
    const { table, group, key, row, gone } = cell;
    const name = `${table}/${group}/${key}`;
    const before = this.rows.get(name);
    const after = gone ? undefined : structuredClone(row);
    if (gone) this.rows.delete(name);
    else this.rows.set(name, after);
    const withId = ['tasks', 'services', 'deployments', 'nodes', 'volumes'].includes(table);
    if (withId && this.buried.has(name)) wrong.push(`S31 ${name} is back`);
    if (withId && gone) this.buried.add(name);
    const found: string[] = [];
    if (table === 'tasks') {
      this.task(state, String(key), before as Task, (after ?? row) as Task, gone, command, found);
    } else if (table === 'services' && before !== undefined && !gone) {
      this.service(before as Service, after as Service, found);
    } else if (table === 'deployments' && !gone) {
      this.deployment(state, before as Deployment, after as Deployment, found);
    } else if (table === 'volumes' && !gone) {
      this.volume(state, String(key), before as Volume, after as Volume, found);
    } else if (table === 'restarts' && !gone) {
      this.restarts(state, String(group), String(key), after as Restarts, found);
    }
    const story = table === 'tasks' && found.length > 0 ? slotStory(state, row as Task) : '';
    wrong.push(...found.map((law) => `${law}: ${name}${story}`));
  }

  private task(
    state: ClusterState,
    id: string,
    before: Task | undefined,
    after: Task,
    gone: boolean,
    command: Command,
    wrong: string[],
  ): void {
    const { kind } = command;
    if (gone) {
      if (before !== undefined && !ends.includes(before.observed)) {
        const untouched = before.observed === 'new' || before.observed === 'pending';
        if (!untouched || ['ready', 'running'].includes(before.desired))
          wrong.push('S1 reaped alive');
      }
      return;
    }
    if (before === undefined) {
      if (!['new', 'pending'].includes(after.observed)) wrong.push('S3 born late');
    } else {
      this.steps(before, after, kind, wrong);
      for (const field of ['service', 'slot', 'revision', 'createdIndex', 'restart'] as const) {
        if (before[field] !== after[field]) wrong.push(`S5 ${field}`);
      }
      if (before.node !== '' && before.node !== after.node) wrong.push('S5 node');
      if (before.address !== 0 && after.address !== before.address) {
        this.premise('S18');
        if (!ends.includes(after.observed)) wrong.push('S18 address is free too early');
      }
    }
    if (after.desired === 'running' && before?.desired !== 'running') {
      this.mayRun(state, id, after, wrong);
    }
    if (after.observed === 'assigned' && before?.observed !== 'assigned') {
      this.premise('S9');
      const order = command.kind === 'assign' ? command.assignments.map(({ task }) => task) : [];
      const why = mayBePlaced(state, id, after.node, order.slice(order.indexOf(id) + 1));
      if (why !== null) wrong.push(`S9 ${why}`);
    }
  }

  private steps(before: Task, after: Task, kind: Command['kind'], wrong: string[]): void {
    const rank = (task: Task) => taskStates.indexOf(task.observed);
    const wish = (task: Task) => desiredStates.indexOf(task.desired);
    if (rank(after) < rank(before) || wish(after) < wish(before)) wrong.push('S3 S4 backwards');
    if (after.observed !== before.observed) {
      this.premise('S3');
      if (ends.includes(before.observed)) wrong.push('S3 back from the end');
      const agent = kind === 'report' && byAgent.includes(after.observed) && before.node !== '';
      const manager =
        (after.observed === 'orphaned' && (kind === 'orphan' || kind === 'remove-node')) ||
        (after.observed === 'assigned' && before.observed === 'pending' && kind === 'assign') ||
        (after.observed === 'pending' && before.observed === 'new');
      if (!agent && !manager) wrong.push(`S3 ${before.observed} to ${after.observed} by ${kind}`);
    }
    if (after.desired !== before.desired && kind === 'report') wrong.push('S6 an agent wishes');
    if (kind !== 'report' && after.sequence !== before.sequence) wrong.push('S6 a manager reports');
    if (before.desired === 'ready' && after.desired === 'running') {
      this.premise('S24 gap');
    }
  }

  private now: number = 0;

  /** To be called before `check`, with the time of the entry. */
  at(timeUs: number): void {
    this.now = timeUs;
  }

  /** S15, S16: who is to run while another one of the slot may, and nobody allowed two. */
  private mayRun(state: ClusterState, id: string, task: Task, wrong: string[]): void {
    if (this.now < task.notBeforeUs) wrong.push('S24 too early');
    this.premise('S15');
    const { deployment, spec } = state.services.get(task.service)!;
    const row = state.deployments.get(deployment);
    const back = row !== undefined && (row.back || row.phase === 'rolling-back');
    const { strategy } = spec.update;
    const forward = strategy.kind === 'rolling' ? strategy.order : 'stop-first';
    const twice =
      row?.strategy === 'rolling'
        ? (back ? spec.rollback.order : forward) === 'start-first'
        : row?.phase === 'updating';
    for (const other of state.tasks.keys()) {
      const old = state.tasks.get(other)!;
      if (other === id || old.service !== task.service || old.slot !== task.slot) continue;
      if (ends.includes(old.observed) || ['new', 'pending'].includes(old.observed)) continue;
      const wanted = ['ready', 'running'].includes(old.desired);
      if (wanted && old.lostUs === 0 && old.revision === task.revision)
        wrong.push('S15 one revision');
      if (wanted && old.lostUs === 0 && !twice) wrong.push('S15 beside another');
      const up = state.nodes.get(old.node)?.status === 'up';
      if (!wanted && up) wrong.push('S16 the old one may still run');
    }
  }

  private service(before: Service, after: Service, wrong: string[]): void {
    const same = JSON.stringify(before.spec) === JSON.stringify(after.spec);
    if (!same) this.premise('S6');
    if (!same && after.version !== before.version + 1) wrong.push('S6 version');
    if (after.version < before.version) wrong.push('S6 version back');
  }

  private deployment(
    state: ClusterState,
    before: Deployment | undefined,
    after: Deployment,
    wrong: string[],
  ): void {
    if (before === undefined) return;
    if (before.phase !== after.phase) {
      this.premise('S20');
      if (!phaseEdges[before.phase].includes(after.phase)) wrong.push('S20 edge');
      if (after.phase === 'rolling-back' && before.back) wrong.push('S20 back from a rollback');
    }
    if (before.promoted && !after.promoted) wrong.push('S20 promoted');
    if (before.batch.length === 0 && after.batch.length > 0 && this.now < before.restUs) {
      wrong.push('S21 no rest');
    }
    const over =
      ['rolling-back', 'superseded'].includes(after.phase) && before.phase !== after.phase;
    if (before.batch.length > 0 && after.batch.length === 0 && !over) {
      this.premise('S21');
      for (const slot of before.batch) this.watched(state, after, slot, wrong);
    }
  }

  /** S21: the slot's task was well for the whole time, or there is none that could be. */
  private watched(state: ClusterState, row: Deployment, slot: string, wrong: string[]): void {
    const service = state.services.get(row.service)!;
    const back = row.back || ['rolling-back', 'rolled-back'].includes(row.phase);
    const { monitorUs } = back ? service.spec.rollback : service.spec.update;
    const target = ['rolling-back', 'rolled-back'].includes(row.phase) ? row.from : row.to;
    for (const id of state.tasks.keys()) {
      const task = state.tasks.get(id)!;
      const live = ['ready', 'running'].includes(task.desired) && !ends.includes(task.observed);
      if (task.service !== row.service || task.slot !== slot || !live || task.lostUs > 0) continue;
      const node = state.nodes.get(slot);
      const open = node?.status === 'up' && node.spec.availability !== 'pause';
      if (service.spec.mode.kind === 'global' && !open) continue;
      if (service.spec.mode.kind === 'replicated' && Number(slot) > service.spec.mode.replicas)
        continue;
      if (task.revision !== target) wrong.push('S21 an old task');
      else if (task.healthyUs === 0 || this.now < task.healthyUs + monitorUs)
        wrong.push('S21 early');
    }
  }

  private volume(
    state: ClusterState,
    id: string,
    before: Volume | undefined,
    after: Volume,
    wrong: string[],
  ): void {
    if (after.claim === null || before?.claim?.epoch === after.claim.epoch) return;
    this.premise('S17');
    if (after.claim.epoch <= (this.epochs.get(id) ?? 0)) wrong.push('S17 epoch');
    this.epochs.set(id, after.claim.epoch);
    const holder = before?.claim ?? null;
    const status = holder === null ? 'fenced' : state.nodes.get(holder.node)?.status;
    if ((status ?? 'fenced') !== 'fenced') wrong.push('S17 taken from one who may have it open');
  }

  private restarts(
    state: ClusterState,
    service: string,
    key: string,
    { times }: Restarts,
    wrong: string[],
  ): void {
    const { restart } = state.revisions.get(service, Number(key.split('/')[0]))!.spec.template;
    this.premise('S24');
    const recent = times.filter(
      (timeUs) => restart.windowUs === 0 || timeUs > this.now - restart.windowUs,
    );
    if (recent.length > restart.maxAttempts) wrong.push('S24 too often');
  }
}

/** What else is in a task's slot, for whoever reads a failure. */
function slotStory(state: ClusterState, { service, slot }: Task): string {
  const rows = state.index.slot(service, slot).map((id) => {
    const { revision, desired, observed, node, lostUs } = state.tasks.get(id)!;
    const status = state.nodes.get(node)?.status ?? 'nowhere';
    return `${id}@${revision} ${desired} ${observed} on ${status}${lostUs > 0 ? ' lost' : ''}`;
  });
  return ` (slot ${slot}: ${rows.join('; ')})`;
}
