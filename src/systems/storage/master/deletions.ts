import { Reminder } from '../../common/alarms.ts';
import type { PlannedWork } from './indexes.ts';
import { proposeAgainUs } from './leadership.ts';
import type { TaskAnswer } from './tasks.ts';
import type { ChunkWork } from './write-grants.ts';

/** Orders to erase that one server gets at a time. */
const mostAtOnce = 8;
/** Erased fragments that one entry of the log tells of. */
const mostAnEntry = 16;
/** In leases of a server: when a dead one's deletions are given up. Its next report brings them back. */
const givenUpAfterLeases = 8;

/** The deletions of one server, in the order in which they fall due. */
interface Queue {
  readonly server: number;
  items: { readonly work: PlannedWork; readonly dueUs: number }[];
  /** Items before this one were taken. */
  next: number;
  underWay: number;
  readonly reminder: Reminder;
}

interface Erased {
  readonly queue: Queue;
  readonly work: PlannedWork;
}

/**
 * Carries out plans to delete: when this leader has waited the grace on its own monotonic clock, and
 * when they are due by the state machine's time, which follows clocks that jump and is moved on then.
 */
export class Deletions {
  private readonly work: ChunkWork;
  private readonly queues: Map<number, Queue> = new Map();
  /** Erased, and the log does not say so yet. */
  private erased: Erased[] = [];
  private telling = false;
  private ticking = false;

  constructor(work: ChunkWork) {
    this.work = work;
  }

  /** Begins the term; from now on time goes on where files wait in the trash, too. */
  begin(): void {
    this.keepTime();
  }

  /** A plan is in the tables. */
  added(work: PlannedWork): void {
    const { lead } = this.work;
    const { plan } = work;
    if (plan.kind !== 'delete') return;
    let queue = this.queues.get(plan.server);
    if (queue === undefined) {
      queue = this.newQueue(plan.server);
      this.queues.set(plan.server, queue);
    }
    queue.items.push({ work, dueUs: lead.nowUs + lead.state.settings.graceUs });
    this.look(queue);
  }

  /** A server was heard again. */
  serverChanged(server: number): void {
    const queue = this.queues.get(server);
    if (queue !== undefined) this.look(queue);
  }

  private look(queue: Queue): void {
    const { lead, servers } = this.work;
    while (queue.next < queue.items.length && queue.underWay < mostAtOnce) {
      const { work, dueUs } = queue.items[queue.next]!;
      if (!lead.indexes.plans.has(work.id)) {
        this.advance(queue);
        continue;
      }
      if (!servers.isAlive(queue.server)) {
        this.giveUpLater(queue);
        return;
      }
      if (dueUs > lead.nowUs) {
        queue.reminder.within(dueUs - lead.nowUs);
        return;
      }
      if (work.plan.dueUs > lead.state.timeUs) {
        // This leader has seen the grace go by: clocks that jumped ahead must not hold it up.
        this.tick(work.plan.dueUs);
        queue.reminder.within(lead.timings.taskTimeoutUs / 4);
        return;
      }
      this.advance(queue);
      this.erase(queue, work);
    }
  }

  private advance(queue: Queue): void {
    queue.next += 1;
    if (queue.next < 256 || queue.next * 2 < queue.items.length) return;
    queue.items = queue.items.slice(queue.next);
    queue.next = 0;
  }

  private newQueue(server: number): Queue {
    const reminder = new Reminder(this.work.lead.alarms, () => this.look(queue));
    const queue: Queue = { server, items: [], next: 0, underWay: 0, reminder };
    return queue;
  }

  private erase(queue: Queue, work: PlannedWork): void {
    const { chunk, plan } = work;
    const { version, generation, part } = plan;
    queue.underWay += 1;
    const order = { kind: 'erase-fragment' as const, chunk, version, generation, part };
    this.work.tasks.give(queue.server, order, 4, (answer) => this.answered(queue, work, answer));
  }

  private answered(queue: Queue, work: PlannedWork, answer: TaskAnswer): void {
    const { lead } = this.work;
    const fault = answer?.kind === 'task-done' ? answer.fault : 'no-answer';
    if (fault === null || fault === 'absent') {
      lead.env.probe('a fragment was erased');
      this.erased.push({ queue, work });
      this.tell();
      return;
    }
    queue.underWay -= 1;
    lead.env.probe('a fragment was not erased');
    // At the end: one that a disk cannot erase keeps no other from its turn.
    queue.items.push({ work, dueUs: lead.nowUs + lead.timings.taskTimeoutUs });
    this.look(queue);
  }

  /**
   * Tells the log of what was erased, in one entry at a time: the next takes all that there is by
   * then. A stripe leaves twenty fragments, and clients need the log as well.
   */
  private tell(): void {
    const { lead } = this.work;
    if (this.telling || this.erased.length === 0) return;
    this.telling = true;
    const told = this.erased.splice(0, mostAnEntry);
    const plans = told.map(({ work: { chunk, id: plan } }) => ({ chunk, plan }));
    lead.propose({ kind: 'fragments-erased', plans }, (reply) => {
      if (reply === null) {
        this.erased.unshift(...told);
        lead.alarms.after(proposeAgainUs, () => this.tellAgain());
        return;
      }
      for (const { queue } of told) queue.underWay -= 1;
      for (const { queue } of told) this.look(queue);
      this.tellAgain();
    });
  }

  private tellAgain(): void {
    this.telling = false;
    this.tell();
  }

  private giveUp(queue: Queue, work: PlannedWork): void {
    const { lead } = this.work;
    const { chunk, id: plan } = work;
    lead.propose({ kind: 'plan-done', chunk, plan, carriedOut: false }, (reply) => {
      if (reply === null) {
        lead.alarms.after(proposeAgainUs, () => this.giveUp(queue, work));
        return;
      }
      queue.underWay -= 1;
      if (reply.kind === 'error' && reply.errno === 'EBUSY') {
        queue.items.push({ work, dueUs: lead.nowUs });
      }
      this.look(queue);
    });
  }

  /** The server is silent. After a long time it is not waited for, so that it can be removed. */
  private giveUpLater(queue: Queue): void {
    const { lead, servers } = this.work;
    const afterUs = givenUpAfterLeases * lead.timings.serverLeaseUs;
    const isDown = lead.state.servers.get(queue.server)?.state === 'down';
    const leftUs = afterUs - servers.deadForUs(queue.server);
    if (leftUs > 0 || !isDown) {
      queue.reminder.within(Math.max(leftUs, lead.timings.serverLeaseUs));
      return;
    }
    const { work } = queue.items[queue.next]!;
    this.advance(queue);
    queue.underWay += 1;
    lead.env.probe('a deletion was given up');
    this.giveUp(queue, work);
  }

  // ---------------------------------------------------------------- time

  private keepTime(): void {
    const { lead } = this.work;
    if (lead.state.trash.size > 0) this.tick();
    lead.alarms.after(lead.timings.serverLeaseUs, () => this.keepTime());
  }

  private tick(leastUs: number = 0): void {
    if (this.ticking) return;
    this.ticking = true;
    const ticked = (): void => {
      this.ticking = false;
    };
    this.work.lead.propose({ kind: 'tick' }, ticked, leastUs);
  }
}
