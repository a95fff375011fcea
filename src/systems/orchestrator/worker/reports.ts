import type { NodeId } from '../../../sim/message.ts';
import { type Alarm, callOff } from '../../common/alarms.ts';
import type { TaskReport } from '../state/command.ts';
import type { WorkerCore } from './worker-core.ts';

/** Reports that one message carries at most. */
const mostReports = 128;

/** Tells the managers of one session what became of tasks, until they have committed it. */
export class Reports {
  private readonly core: WorkerCore;
  private readonly manager: NodeId;
  private readonly session: string;
  private readonly dirty: Set<string> = new Set();
  private sent: ReadonlyMap<string, number> = new Map();
  private number = 0;
  private waiting = false;
  private again: Alarm | null = null;
  private over = false;

  constructor(core: WorkerCore, manager: NodeId, session: string) {
    this.core = core;
    this.manager = manager;
    this.session = session;
  }

  stop(): void {
    this.over = true;
    callOff(this.again);
  }

  /** Something is new about a task. */
  note(task: string): void {
    if (this.over) return;
    this.dirty.add(task);
    this.soon();
  }

  private soon(): void {
    if (this.waiting || this.sent.size > 0) return;
    this.waiting = true;
    this.core.alarms.after(this.core.options.timings.batchUs, () => {
      this.waiting = false;
      if (!this.over && this.sent.size === 0) this.send();
    });
  }

  private send(): void {
    const { state, options } = this.core;
    const reports: TaskReport[] = [];
    for (const task of this.dirty) {
      if (reports.length === mostReports) break;
      const held = state.tasks.get(task);
      if (held === undefined || held.dropped || held.status.sequence <= held.assigned.sequence) {
        this.dirty.delete(task);
        continue;
      }
      const { observed, health, sequence, exitCode, reason } = held.status;
      reports.push({ task, sequence, observed, health, exitCode, reason });
    }
    this.sent = new Map(reports.map(({ task, sequence }) => [task, sequence]));
    if (reports.length === 0) return;
    const report = ++this.number;
    this.core.send(this.manager, { kind: 'report', session: this.session, report, reports });
    this.again = this.core.alarms.after(options.timings.callTimeoutUs, () => this.send());
  }

  heard(report: number): void {
    if (report !== this.number) return;
    callOff(this.again);
    for (const [task, sequence] of this.sent) {
      if ((this.core.state.tasks.get(task)?.status.sequence ?? 0) <= sequence) {
        this.dirty.delete(task);
      }
    }
    this.sent = new Map();
    if (this.dirty.size > 0) this.soon();
  }
}
