import type { NodeBase } from '../record/run-trace.ts';
import type { TraceEvent } from '../record/trace-event.ts';

interface Standing {
  role: string;
  view: Record<string, unknown> | undefined;
  up: boolean;
  incarnation: number;
}

/**
 * Keeps the last events of a run, and what those before them led to, so that a run of millions of
 * events can be drawn from where it matters. Memory is bounded by twice the number of events kept.
 */
export class TraceWindow {
  readonly #most: number;
  readonly #standing = new Map<string, Standing>();
  #events: TraceEvent[] = [];
  #dropped = 0;

  /** @param most events to keep; infinite: all */
  constructor(most: number) {
    this.#most = most;
  }

  add(event: TraceEvent): void {
    this.#events.push(event);
    if (this.#events.length >= 2 * this.#most) this.#trim();
  }

  /** Events that were left out. */
  get dropped(): number {
    this.#trim();
    return this.#dropped;
  }

  /** The last events, oldest first. */
  get events(): readonly TraceEvent[] {
    this.#trim();
    return this.#events;
  }

  /** Where each node stood before the first event that is kept. */
  get base(): readonly NodeBase[] {
    this.#trim();
    return [...this.#standing].map(([node, { role, view, up, incarnation }]) => ({
      node,
      role,
      up,
      incarnation,
      ...(view === undefined ? {} : { view }),
    }));
  }

  #trim(): void {
    const excess = this.#events.length - this.#most;
    if (excess <= 0) return;
    for (let at = 0; at < excess; at++) this.#absorb(this.#events[at]!);
    this.#events = this.#events.slice(excess);
    this.#dropped += excess;
  }

  #absorb(event: TraceEvent): void {
    if (event.node === undefined) return;
    const standing = this.#standingOf(event.node);
    if (event.type === 'lifecycle') {
      if (event.text === 'started') standing.up = true;
      if (event.text !== 'killed' && event.text !== 'power-lost') return;
      standing.up = false;
      standing.role = '';
      standing.view = undefined;
    }
    if (event.type !== 'step') return;
    standing.incarnation = event.incarnation;
    if (event.role !== undefined) standing.role = event.role[1];
    if (event.view !== undefined) standing.view = { ...event.view };
    for (const [name, [, after]] of Object.entries(event.changed ?? {})) {
      standing.view ??= {};
      standing.view[name] = after;
    }
  }

  #standingOf(node: string): Standing {
    let standing = this.#standing.get(node);
    if (standing === undefined) {
      standing = { role: '', view: undefined, up: false, incarnation: 0 };
      this.#standing.set(node, standing);
    }
    return standing;
  }
}
