import { type Alarm, callOff } from '../../common/alarms.ts';
import type { ControlMessage } from '../messages/control-messages.ts';
import type { Leadership } from './leadership.ts';

/** How a task ended. `null`: nobody answered in time. */
export type TaskAnswer = Extract<ControlMessage, { kind: 'version-set' | 'task-done' }> | null;

/** What an order says beside its number, the term and the index. */
type OrderKind =
  | 'set-version'
  | 'adopt'
  | 'copy-fragment'
  | 'rebuild-part'
  | 'encode'
  | 'erase-fragment'
  | 'verify-fragment';
type OrderOf<Kind extends OrderKind> = Extract<ControlMessage, { kind: Kind }>;
export type Order = {
  readonly [Kind in OrderKind]: Omit<OrderOf<Kind>, 'task' | 'term' | 'index'>;
}[OrderKind];

interface Task {
  readonly id: number;
  readonly server: number;
  readonly order: Order;
  readonly done: (answer: TaskAnswer) => void;
  timesLeft: number;
  alarm: Alarm | null;
}

/** Orders to chunkservers that are not answered yet: given again until they are. */
export class Tasks {
  private readonly lead: Leadership;
  private readonly open: Map<number, Task> = new Map();
  private last = 0;

  constructor(lead: Leadership) {
    this.lead = lead;
  }

  /** Orders under way. */
  get size(): number {
    return this.open.size;
  }

  /** Orders that were given and not answered yet: for who watches. */
  *orders(): Iterable<{ readonly task: number; readonly server: number; readonly order: Order }> {
    for (const { id, server, order } of this.open.values()) yield { task: id, server, order };
  }

  /** Gives an order, `times` times at most; `done` is called once, unless it is called off. */
  give(server: number, order: Order, times: number, done: (answer: TaskAnswer) => void): number {
    const id = ++this.last;
    const task: Task = { id, server, order, done, timesLeft: times, alarm: null };
    this.open.set(id, task);
    this.send(task);
    return id;
  }

  callOff(id: number): void {
    const task = this.open.get(id);
    if (task === undefined) return;
    callOff(task.alarm);
    this.open.delete(id);
  }

  /** An answer came. False when nobody waits for it. */
  answered(answer: NonNullable<TaskAnswer>): boolean {
    const task = this.open.get(answer.task);
    if (task === undefined || task.server !== answer.server) return false;
    if (!isAnswerTo(answer, task.order, this.lead.term)) return false;
    callOff(task.alarm);
    this.open.delete(task.id);
    task.done(answer);
    return true;
  }

  private send(task: Task): void {
    const { lead } = this;
    if (task.timesLeft === 0) {
      this.open.delete(task.id);
      lead.env.probe('a task was not answered');
      task.done(null);
      return;
    }
    task.timesLeft -= 1;
    const { term, state } = lead;
    lead.send(lead.nodeOf(task.server), {
      ...task.order,
      task: task.id,
      term,
      index: state.applied,
    });
    task.alarm = lead.alarms.after(lead.timings.taskTimeoutUs, () => this.send(task));
  }
}

/** Task numbers begin anew in each term, so a late answer may carry the number of another task. */
function isAnswerTo(answer: NonNullable<TaskAnswer>, order: Order, term: number): boolean {
  if (answer.kind === 'task-done') {
    return order.kind !== 'set-version' && answer.term === term && answer.chunk === order.chunk;
  }
  return (
    order.kind === 'set-version' && answer.chunk === order.chunk && answer.fence === order.fence
  );
}
