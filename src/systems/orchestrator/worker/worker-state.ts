import type { AssignedTask } from '../messages/worker-messages.ts';
import { isTerminal, mayStep, wishRank } from '../tasks/task-states.ts';
import {
  type Membership,
  noMember,
  type OwedClaim,
  type TaskStatus,
  type WorkerCheckpoint,
  type WorkerRecord,
} from './journal-format.ts';

/** A task as this worker has it on its disk. */
export interface HeldTask {
  assigned: AssignedTask;
  /** It is no longer this node's: what runs of it is stopped, then it is forgotten. */
  dropped: boolean;
  status: TaskStatus;
}

/** What was just taken over: accepted, and nothing done yet. */
function firstStatus({ sequence, spec }: AssignedTask): TaskStatus {
  const health = spec.template.health === null ? 'none' : 'starting';
  return { observed: 'accepted', health, sequence, exitCode: 0, reason: '', restarts: [] };
}

/** All that a worker knows over a restart: what its journal has told. */
export class WorkerState {
  member: Membership = noMember;
  /** In the order in which they came. */
  readonly tasks: Map<string, HeldTask> = new Map();
  /** Claims of tasks that are over, by volume and epoch, until the managers have heard of it. */
  readonly owed: Map<string, OwedClaim> = new Map();

  /** Takes a durable record in. */
  play(record: WorkerRecord): void {
    switch (record.kind) {
      case 'member':
        this.member = record.member;
        return;
      case 'assign':
        this.assign(record);
        return;
      case 'status':
        this.setStatus(record.task, record.status);
        return;
      case 'gone':
        this.forget(record.task);
        return;
      case 'released':
        this.owed.delete(claimKey(record));
    }
  }

  private assign({ full, tasks, removed }: Extract<WorkerRecord, { kind: 'assign' }>): void {
    if (full) {
      const kept = new Set(tasks.map(({ task }) => task));
      for (const [task, held] of this.tasks) if (!kept.has(task)) held.dropped = true;
    }
    for (const task of removed) {
      const held = this.tasks.get(task);
      if (held !== undefined) held.dropped = true;
    }
    for (const assigned of tasks) this.take(assigned);
  }

  private take(assigned: AssignedTask): void {
    const held = this.tasks.get(assigned.task);
    if (held === undefined) {
      this.tasks.set(assigned.task, { assigned, dropped: false, status: firstStatus(assigned) });
      return;
    }
    // A task that the managers have given up never comes back under its id; a wish goes forward only.
    if (held.dropped || wishRank(assigned.desired) < wishRank(held.assigned.desired)) return;
    held.assigned = assigned;
  }

  private setStatus(task: string, status: TaskStatus): void {
    const held = this.tasks.get(task);
    if (held === undefined) return;
    held.status = status;
    if (isTerminal(status.observed)) this.owe(held);
  }

  private forget(task: string): void {
    const held = this.tasks.get(task);
    if (held === undefined) return;
    if (!isTerminal(held.status.observed)) this.owe(held);
    this.tasks.delete(task);
  }

  private owe({ assigned }: HeldTask): void {
    for (const { volume, exclusive, epoch } of assigned.volumes) {
      if (exclusive && epoch > 0) this.owed.set(claimKey({ volume, epoch }), { volume, epoch });
    }
  }

  checkpoint(): WorkerCheckpoint {
    const tasks = [...this.tasks.values()].map((held) => ({ ...held }));
    return { member: this.member, tasks, owed: [...this.owed.values()] };
  }

  restore({ member, tasks, owed }: WorkerCheckpoint): void {
    this.member = member;
    for (const saved of tasks) this.tasks.set(saved.assigned.task, { ...saved });
    for (const claim of owed) this.owed.set(claimKey(claim), claim);
  }
}

export function claimKey({ volume, epoch }: OwedClaim): string {
  return `${volume}/${epoch}`;
}

/** Whether a worker may say this next of a task: by the agent's column of the table of steps. */
export function maySay({ status }: HeldTask, { observed }: TaskStatus): boolean {
  return observed === status.observed || mayStep('agent', status.observed, observed);
}

/** Both have the same address, or a port of the machine in common: only one of them may run there. */
export function contend(one: AssignedTask, other: AssignedTask): boolean {
  if (one.address !== 0 && one.address === other.address) return true;
  return one.ports.some(({ hostPort, protocol }) =>
    other.ports.some((port) => port.hostPort === hostPort && port.protocol === protocol),
  );
}

/** Its container must be able to end with the lease: two of it at once would do harm. */
export function needsLease({ spec, volumes }: AssignedTask): boolean {
  return spec.template.disconnect.kind === 'fence' || volumes.some((volume) => volume.exclusive);
}
