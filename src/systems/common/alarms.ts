import type { Env } from '../../sim/env.ts';

/** Something to be done at a time. */
export interface Alarm {
  readonly atUs: number;
  /** Tells alarms of one time apart: those set first ring first. */
  readonly order: number;
  /** Null once it rang or was called off. */
  callback: (() => void) | null;
}

/**
 * Any number of alarms on one timer of the node, by its monotonic clock. Setting one costs the
 * logarithm of how many there are; calling one off costs nothing.
 */
export class Alarms {
  private readonly env: Pick<Env, 'clock' | 'timers'>;
  private readonly timer: string;
  /** A binary heap, the next one at 0. */
  private readonly heap: Alarm[] = [];
  private set = 0;
  /** When the timer rings; infinite when it is not set. */
  private timerUs: number = Number.POSITIVE_INFINITY;

  constructor(env: Pick<Env, 'clock' | 'timers'>, timer: string) {
    this.env = env;
    this.timer = timer;
  }

  /** Calls back once, so many microseconds from now. */
  after(delayUs: number, callback: () => void): Alarm {
    const atUs = this.env.clock.monotonicUs() + Math.max(0, delayUs);
    const alarm: Alarm = { atUs, order: ++this.set, callback };
    this.heap.push(alarm);
    this.rise(this.heap.length - 1);
    this.arm();
    return alarm;
  }

  /** Calls again and again, first when so long has passed, until all are forgotten. */
  every(everyUs: number, callback: () => void): void {
    this.after(everyUs, () => {
      callback();
      this.every(everyUs, callback);
    });
  }

  /** Forgets all of them. */
  clear(): void {
    this.heap.length = 0;
    this.timerUs = Number.POSITIVE_INFINITY;
    this.env.timers.cancel(this.timer);
  }

  private readonly ring = (): void => {
    this.timerUs = Number.POSITIVE_INFINITY;
    const nowUs = this.env.clock.monotonicUs();
    while (this.heap.length > 0 && this.heap[0]!.atUs <= nowUs) {
      const { callback } = this.pop();
      callback?.();
    }
    this.arm();
  };

  private arm(): void {
    while (this.heap.length > 0 && this.heap[0]!.callback === null) this.pop();
    const atUs = this.heap[0]?.atUs ?? Number.POSITIVE_INFINITY;
    if (atUs >= this.timerUs) return;
    this.timerUs = atUs;
    const delayUs = Math.max(0, atUs - this.env.clock.monotonicUs());
    this.env.timers.set(this.timer, delayUs, this.ring);
  }

  private pop(): Alarm {
    const { heap } = this;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length > 0) {
      heap[0] = last;
      this.sink();
    }
    const rung: Alarm = { ...first };
    first.callback = null;
    return rung;
  }

  private rise(from: number): void {
    const { heap } = this;
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!earlier(heap[at]!, heap[above]!)) return;
      [heap[at], heap[above]] = [heap[above]!, heap[at]!];
      at = above;
    }
  }

  private sink(): void {
    const { heap } = this;
    let at = 0;
    for (;;) {
      let least = at;
      for (let below = 2 * at + 1; below <= 2 * at + 2; below++) {
        if (below < heap.length && earlier(heap[below]!, heap[least]!)) least = below;
      }
      if (least === at) return;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  }
}

/** One alarm that always does the same, and rings at the earliest time that anybody asked for. */
export class Reminder {
  private readonly alarms: Alarms;
  private readonly callback: () => void;
  private alarm: Alarm | null = null;

  constructor(alarms: Alarms, callback: () => void) {
    this.alarms = alarms;
    this.callback = callback;
  }

  /** Rings so many microseconds from now, unless it rings before that. */
  within(delayUs: number): void {
    const before = this.alarm;
    const alarm = this.alarms.after(delayUs, () => {
      this.alarm = null;
      this.callback();
    });
    if (before !== null && before.atUs <= alarm.atUs) {
      callOff(alarm);
      return;
    }
    callOff(before);
    this.alarm = alarm;
  }
}

function earlier(a: Alarm, b: Alarm): boolean {
  return a.atUs !== b.atUs ? a.atUs < b.atUs : a.order < b.order;
}

/** Forgets an alarm; does nothing when it rang or was never set. */
export function callOff(alarm: Alarm | null | undefined): void {
  if (alarm !== null && alarm !== undefined) alarm.callback = null;
}
