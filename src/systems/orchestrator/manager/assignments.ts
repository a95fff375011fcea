import { Reminder } from '../../common/alarms.ts';
import type { Cell } from '../../common/table.ts';
import type { AssignedTask, AssignedVolume } from '../messages/worker-messages.ts';
import type { Delivered } from '../secrets/delivery.ts';
import type { Node, Task } from '../state/rows.ts';
import { compareIds } from '../state/task-index.ts';
import { isOnNode } from '../tasks/task-states.ts';
import type { Leadership } from './leadership.ts';
import type { TrustOffice } from './trust-office.ts';
import type { WorkerSession } from './worker-session.ts';

/** What one assignment is made of. */
interface Content {
  readonly tasks: AssignedTask[];
  readonly removed: string[];
  readonly secrets: Delivered[];
  readonly forgotten: string[];
}

/**
 * Tells each worker what it is to do: all of it when it has registered, then what has changed, some
 * time's changes together. What got lost shows in its beats, and is made up for by all of it.
 */
export class Assignments {
  private readonly lead: Leadership;
  private readonly office: TrustOffice;
  private readonly sessionOf: (node: string) => WorkerSession | undefined;
  private queue: WorkerSession[] = [];
  private readonly reminder: Reminder;

  constructor(
    lead: Leadership,
    office: TrustOffice,
    sessionOf: (node: string) => WorkerSession | undefined,
  ) {
    this.lead = lead;
    this.office = office;
    this.sessionOf = sessionOf;
    this.reminder = new Reminder(lead.alarms, () => this.flush());
  }

  begin(session: WorkerSession): void {
    session.full = true;
    this.enqueue(session, 0);
  }

  observe({ table, key, row }: Cell): void {
    if (table === 'tasks') {
      const { node } = row as Task;
      const session = node === '' ? undefined : this.sessionOf(node);
      if (session === undefined || !this.differs(session, String(key))) return;
      session.dirty.add(String(key));
      this.enqueue(session, this.lead.timings.batchUs);
    } else if (table === 'nodes') {
      const session = this.sessionOf(String(key));
      if (session === undefined || session.drainDeadlineUs === deadlineOf(row as Node)) return;
      this.enqueue(session, this.lead.timings.batchUs);
    }
  }

  /** What a worker has, as of its beat: behind for a while after something was sent, or for good. */
  heard(session: WorkerSession, assigned: number): void {
    // Deltas may come so often that the last one is always young: what counts is whether it gets on.
    if (assigned > session.sentKnown) {
      session.sentKnown = assigned;
      session.sentAtUs = this.lead.nowUs;
    }
    if (assigned === session.sentTo || session.full || session.sentTo === 0) return;
    const patienceUs = this.lead.timings.callTimeoutUs;
    const waitedUs = this.lead.nowUs - session.sentAtUs;
    if (waitedUs < patienceUs) return;
    this.lead.env.probe('an assignment was lost');
    this.begin(session);
  }

  /** Whether the worker has to hear of a task: what its own reports change it knows. */
  private differs(session: WorkerSession, id: string): boolean {
    const task = this.lead.state.tasks.get(id);
    const told = session.told.get(id);
    if (task === undefined || !isOnNode(task.observed)) return told !== undefined;
    return told !== task.desired;
  }

  private enqueue(session: WorkerSession, withinUs: number): void {
    if (!session.queued) this.queue.push(session);
    session.queued = true;
    this.reminder.within(withinUs);
  }

  private flush(): void {
    for (const session of this.queue.splice(0)) {
      session.queued = false;
      if (this.sessionOf(session.node) === session) this.send(session);
    }
  }

  private send(session: WorkerSession): void {
    const { lead } = this;
    const { state } = lead;
    const { full } = session;
    const content: Content = { tasks: [], removed: [], secrets: [], forgotten: [] };
    if (full) {
      session.told.clear();
      session.secrets.clear();
      for (const id of [...(state.index.loads.get(session.node)?.tasks ?? [])].sort(compareIds)) {
        this.tell(session, id, content);
      }
    } else {
      for (const id of [...session.dirty].sort(compareIds)) {
        if (this.differs(session, id)) this.tell(session, id, content);
      }
    }
    session.dirty.clear();
    session.full = false;
    const { node, name } = session;
    const row = state.nodes.get(node);
    session.drainDeadlineUs = row === undefined ? 0 : deadlineOf(row);
    const { drainDeadlineUs, sentTo: from } = session;
    const to = state.applied;
    if (full || session.sentKnown === from) session.sentAtUs = lead.nowUs;
    session.sentTo = to;
    lead.counts.assigned(full ? 'full' : 'delta');
    lead.send(session.address, {
      kind: 'assign',
      session: name,
      full,
      from: full ? 0 : from,
      to,
      drainDeadlineUs,
      ...content,
    });
  }

  private tell(session: WorkerSession, id: string, content: Content): void {
    const { state } = this.lead;
    const task = state.tasks.get(id);
    if (task === undefined || !isOnNode(task.observed)) {
      session.told.delete(id);
      content.removed.push(id);
      this.forget(session, id, content);
      return;
    }
    const isLive = task.desired === 'ready' || task.desired === 'running';
    if (isLive && !this.deliver(session, id, task, content)) {
      // Without its secrets it cannot start. Another leader may have the key.
      this.lead.env.probe('a secret could not be opened');
      return;
    }
    session.told.set(id, task.desired);
    content.tasks.push(this.assigned(id, task));
  }

  private assigned(id: string, task: Readonly<Task>): AssignedTask {
    const { state } = this.lead;
    const { service, slot, revision, desired, address, ports, sequence } = task;
    const { spec, secrets } = state.revisions.get(service, revision)!;
    const volumes = spec.template.volumes.map(({ source }) => this.volume(id, source));
    return {
      ...{ task: id, service, slot, revision, desired, spec, address, ports, sequence },
      ...{ secrets, volumes },
    };
  }

  private volume(task: string, name: string): AssignedVolume {
    const { state } = this.lead;
    const volume = state.named('volume', name) ?? '';
    const row = state.volumes.get(volume);
    const claim = row?.claim ?? null;
    const epoch = claim?.task === task ? claim.epoch : 0;
    return { volume, name, exclusive: row?.spec.exclusive === true, epoch };
  }

  /**
   * Sends along the secrets of a task; false when one cannot be opened. A new task brings all of its own:
   * the worker forgets a value with the last task that needs it, before anybody hears of that.
   */
  private deliver(
    session: WorkerSession,
    id: string,
    task: Readonly<Task>,
    content: Content,
  ): boolean {
    const { spec, secrets } = this.lead.state.revisions.get(task.service, task.revision)!;
    const sealed: Delivered[] = [];
    const isTold = session.told.has(id);
    for (const [at, { source: name }] of spec.template.secrets.entries()) {
      const version = secrets[at]!;
      if (isTold && session.secrets.has(`${name}/${version}`)) continue;
      const value = this.office.open(name, version);
      if (value === null) return false;
      if (!sealed.some((one) => one.name === name && one.version === version)) {
        sealed.push(session.sender.seal({ name, version }, value));
      }
    }
    for (const [at, { source }] of spec.template.secrets.entries()) {
      const key = `${source}/${secrets[at]!}`;
      // Its last task went in the same message, which would take it away again.
      const gone = content.forgotten.indexOf(key);
      if (gone >= 0) content.forgotten.splice(gone, 1);
      session.secrets.set(key, (session.secrets.get(key) ?? new Set()).add(id));
    }
    content.secrets.push(...sealed);
    return true;
  }

  private forget(session: WorkerSession, id: string, content: Content): void {
    for (const [key, tasks] of session.secrets) {
      if (!tasks.delete(id) || tasks.size > 0) continue;
      session.secrets.delete(key);
      content.forgotten.push(key);
    }
  }
}

/** When a drain has to be over; 0 without one. */
function deadlineOf({ spec }: Readonly<Node>): number {
  return spec.availability === 'drain' ? spec.drainDeadlineUs : 0;
}
