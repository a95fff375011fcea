import type { Address } from '../../../sim/message.ts';
import type { Cell } from '../../common/table.ts';
import type { Deployment } from '../deployments/deployment.ts';
import type { Event, Watch, Watched } from '../messages/client-messages.ts';
import type { Node, Quota, Service, Task } from '../state/rows.ts';
import type { ClusterState } from '../state/state.ts';

/**
 * What has happened lately, in the order of the log: every manager keeps the same, as far as it has
 * it. What was forgotten is a gap, and a subscriber is told so.
 */
export class EventRing {
  private readonly most: number;
  private readonly events: Event[] = [];
  /** Where in `events` the oldest one is that is kept. */
  private first = 0;
  /** Everything after this entry is here. */
  private since = 0;
  private applied = 0;

  constructor(most: number) {
    this.most = most;
  }

  /** An entry was applied. One that does not follow the last one: a snapshot came in between. */
  applyTo(state: ClusterState): void {
    const { applied: index } = state;
    if (index !== this.applied + 1) {
      this.events.length = 0;
      this.first = 0;
      this.since = index - 1;
    }
    this.applied = index;
    for (const cell of state.changed) {
      const event = eventOf(index, cell);
      if (event !== null) this.events.push(event);
    }
    this.forget();
  }

  private forget(): void {
    const { events, most } = this;
    while (events.length - this.first > most) {
      this.since = events[this.first]!.index;
      this.first += 1;
    }
    // The events of one entry go together.
    while (events[this.first] !== undefined && events[this.first]!.index <= this.since) {
      this.first += 1;
    }
    if (this.first > most) {
      events.splice(0, this.first);
      this.first = 0;
    }
  }

  /** Whether there is anything to tell a subscriber. */
  hasAfter(after: number): boolean {
    return after < this.since || (this.events.at(-1)?.index ?? 0) > after;
  }

  /** What happened after an entry: whole entries, at least one if there is any. */
  after({ request, after, most }: Watch): Watched {
    const gap = after < this.since;
    const from = gap ? this.since : after;
    const events: Event[] = [];
    for (let at = this.firstAfter(from); at < this.events.length; at++) {
      const event = this.events[at]!;
      const last = events.at(-1)?.index ?? event.index;
      if (events.length >= most && event.index !== last) {
        return { kind: 'watched', request, from, to: last, gap, events };
      }
      events.push(event);
    }
    return { kind: 'watched', request, from, to: Math.max(from, this.applied), gap, events };
  }

  private firstAfter(index: number): number {
    let low = this.first;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.events[middle]!.index <= index) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A subscriber who waits for something to happen. */
export interface Waiting {
  readonly from: Address;
  readonly watch: Watch;
  readonly untilUs: number;
}

function eventOf(index: number, { table, group, key, row, gone }: Cell): Event | null {
  const detail = detailOf(table, key, row);
  if (detail === null) return null;
  const { createdIndex } = row as { readonly createdIndex: number };
  const what = gone ? 'gone' : createdIndex === index ? 'made' : 'changed';
  return { index, what, table, id: String(table === 'secrets' ? group : key), detail };
}

/** In a word; null for a table that nobody subscribes to. */
function detailOf(table: string, key: number | string, row: unknown): string | null {
  switch (table) {
    case 'services':
      return `version ${(row as Service).version}`;
    case 'tasks': {
      const { desired, observed, health } = row as Task;
      return `${observed}, wanted ${desired}, ${health}`;
    }
    case 'nodes':
      return (row as Node).status;
    case 'deployments':
      return (row as Deployment).phase;
    case 'volumes':
      return '';
    case 'secrets':
      return `version ${key}`;
    case 'quotas':
      return `version ${(row as Quota).version}`;
    default:
      return null;
  }
}
