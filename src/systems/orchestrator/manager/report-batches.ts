import { Reminder } from '../../common/alarms.ts';
import type { Report } from '../messages/worker-messages.ts';
import type { TaskReport } from '../state/command.ts';
import { type Leadership, proposeAgainUs } from './leadership.ts';
import type { WorkerSession } from './worker-session.ts';

/** Puts what workers report into the log, some time's reports of a worker in one entry. */
export class ReportBatches {
  private readonly lead: Leadership;
  private readonly over: (session: WorkerSession) => void;
  private queue: Set<WorkerSession> = new Set();
  private readonly reminder: Reminder;

  /** @param over a session's reports are refused: it has ended */
  constructor(lead: Leadership, over: (session: WorkerSession) => void) {
    this.lead = lead;
    this.over = over;
    this.reminder = new Reminder(lead.alarms, () => this.flush());
  }

  take(session: WorkerSession, { report, reports }: Report): void {
    if (session.pending.has(report)) return;
    session.pending.add(report);
    session.reports.push({ number: report, reports });
    this.queue.add(session);
    this.reminder.within(this.lead.timings.batchUs);
  }

  private flush(): void {
    const { queue } = this;
    this.queue = new Set();
    for (const session of queue) this.next(session);
  }

  /** One entry at a time for a worker: its reports stay in order. */
  private next(session: WorkerSession): void {
    if (session.reporting || session.reports.length === 0) return;
    const { lead } = this;
    const { batch } = lead.state.settings;
    const reports: TaskReport[] = [];
    const numbers: number[] = [];
    for (let first = session.reports[0]; first !== undefined; first = session.reports[0]) {
      if (reports.length > 0 && reports.length + first.reports.length > batch) break;
      session.reports.shift();
      reports.push(...first.reports);
      numbers.push(first.number);
    }
    session.reporting = true;
    const { node, registration } = session;
    lead.propose({ kind: 'report', node, registration, reports }, (reply) => {
      session.reporting = false;
      for (const number of numbers) session.pending.delete(number);
      if (reply === null) {
        // The worker sends again what is not answered.
        lead.alarms.after(proposeAgainUs, () => this.next(session));
        return;
      }
      if (reply.kind === 'refused') {
        this.over(session);
        return;
      }
      for (const report of numbers) {
        lead.send(session.address, { kind: 'report-heard', session: session.name, report });
      }
      this.next(session);
    });
  }
}
