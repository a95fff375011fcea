import type { TraceEvent } from '../../../record/trace-event.ts';
import { eventText } from '../../event-line.ts';

/** Which events are of interest. */
export interface EventQuery {
  /** Words that must all occur, in any case and order; `term=3` is that field with that value. */
  readonly text: string;
  /** Nodes that are of no interest. */
  readonly hiddenNodes: ReadonlySet<string>;
  /** Kinds (see `kindOf`) that are of no interest. */
  readonly hiddenKinds: ReadonlySet<string>;
}

/** Everything is of interest. */
export const everyEvent: EventQuery = {
  text: '',
  hiddenNodes: new Set(),
  hiddenKinds: new Set(),
};

/** Whether a query leaves out nothing. */
export function isOpen({ text, hiddenNodes, hiddenKinds }: EventQuery): boolean {
  return text.trim() === '' && hiddenNodes.size === 0 && hiddenKinds.size === 0;
}

/** What an event is for the filter: the kind of the message that was handled, or its cause or type. */
export function kindOf(event: TraceEvent): string {
  if (event.type !== 'step') return event.type;
  return event.cause === 'message' ? (event.what ?? 'message') : event.cause;
}

/** A kind with the number of its events. */
export interface KindCount {
  readonly kind: string;
  readonly count: number;
  /** Whether it is a kind of message. */
  readonly message: boolean;
}

/** All kinds, messages first, then the most frequent first. */
export function kindCounts(events: readonly TraceEvent[]): readonly KindCount[] {
  const counts = new Map<string, { count: number; message: boolean }>();
  for (const event of events) {
    const kind = kindOf(event);
    const message = event.type === 'step' && event.cause === 'message';
    const entry = counts.get(kind);
    if (entry === undefined) counts.set(kind, { count: 1, message });
    else entry.count++;
  }
  return [...counts]
    .map(([kind, { count, message }]) => ({ kind, count, message }))
    .sort((a, b) => Number(b.message) - Number(a.message) || b.count - a.count);
}

/** Finds events. What they say is put together at the first search by words. */
export class EventSearch {
  readonly #events: readonly TraceEvent[];
  readonly #kinds: readonly string[];
  #texts: readonly string[] | undefined;

  constructor(events: readonly TraceEvent[]) {
    this.#events = events;
    this.#kinds = events.map(kindOf);
  }

  /** Positions of the events that a query is about, in order. */
  find(query: EventQuery): Int32Array {
    const words = query.text
      .toLowerCase()
      .split(/\s+/)
      .filter(Boolean)
      .map((word) => (word.includes('=') ? ` ${word} ` : word));
    const found: number[] = [];
    for (let at = 0; at < this.#events.length; at++) {
      const { node } = this.#events[at]!;
      if (query.hiddenKinds.has(this.#kinds[at]!)) continue;
      if (node !== undefined && query.hiddenNodes.has(node)) continue;
      if (words.length > 0 && !this.#says(at, words)) continue;
      found.push(at);
    }
    return Int32Array.from(found);
  }

  #says(at: number, words: readonly string[]): boolean {
    this.#texts ??= this.#events.map(searchText);
    const text = this.#texts[at]!;
    return words.every((word) => text.includes(word));
  }
}

/** All that can be found of an event, in small letters; fields of messages as `term=3`. */
function searchText(event: TraceEvent): string {
  const cause = event.type === 'step' ? event.cause : event.type;
  const parts = [`step=${event.step}`, event.node ?? '', cause, eventText(event)];
  if (event.type === 'step') {
    for (const { fields } of event.sent) {
      for (const [name, value] of Object.entries(fields ?? {})) {
        parts.push(`${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
      }
    }
  }
  return ` ${parts.join(' ')} `.toLowerCase();
}
