import type { Clock, Timers } from '../sim/env.ts';

interface Pending {
  readonly dueUs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Clocks of this machine. The monotonic one starts at zero with the life. */
export class RealClock implements Clock {
  readonly #start = process.hrtime.bigint();

  monotonicUs(): number {
    return Number((process.hrtime.bigint() - this.#start) / 1000n);
  }

  wallUs(): number {
    return Date.now() * 1000;
  }
}

/** Named timers over one `setTimeout`: they fire in the order in which they are due, never early. */
export class RealTimers implements Timers {
  readonly #clock: Clock;
  readonly #pending = new Map<string, Pending>();
  #order = 0;
  #alarm: NodeJS.Timeout | undefined;
  #alarmUs = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  set(name: string, delayUs: number, callback: () => void): void {
    if (!(delayUs >= 0) || !Number.isFinite(delayUs)) {
      throw new RangeError(
        `Expected \`delayUs\` of timer '${name}' to be a finite number from 0 up, got ${delayUs}`,
      );
    }
    const dueUs = this.#clock.monotonicUs() + Math.ceil(delayUs);
    this.#pending.set(name, { dueUs, order: this.#order++, callback });
    if (dueUs < this.#alarmUs) this.#wakeAt(dueUs);
  }

  cancel(name: string): void {
    this.#pending.delete(name);
  }

  /** Forgets all timers. */
  close(): void {
    this.#pending.clear();
    clearTimeout(this.#alarm);
    this.#alarmUs = Infinity;
  }

  #wakeAt(dueUs: number): void {
    clearTimeout(this.#alarm);
    this.#alarmUs = dueUs;
    const delayMs = Math.ceil((dueUs - this.#clock.monotonicUs()) / 1000);
    this.#alarm = setTimeout(() => this.#fire(), Math.min(Math.max(0, delayMs), 0x7fff_ffff));
  }

  #fire(): void {
    this.#alarmUs = Infinity;
    const nowUs = this.#clock.monotonicUs();
    const due = [...this.#pending].filter(([, timer]) => timer.dueUs <= nowUs);
    due.sort(([, one], [, other]) => one.dueUs - other.dueUs || one.order - other.order);
    try {
      for (const [name, timer] of due) {
        // One that fired before may have moved or cancelled it.
        if (this.#pending.get(name) !== timer) continue;
        this.#pending.delete(name);
        timer.callback();
      }
    } finally {
      let nextUs = Infinity;
      for (const timer of this.#pending.values()) nextUs = Math.min(nextUs, timer.dueUs);
      if (nextUs < Infinity) this.#wakeAt(nextUs);
    }
  }
}
