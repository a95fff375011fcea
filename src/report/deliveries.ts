import type { StepEvent, TraceEvent } from '../record/trace-event.ts';

/** One message on its way, by the positions of its two ends in a list of events. */
export interface Delivery {
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  /** -1: sent before the first event of the list. */
  readonly sentAt: number;
  /** Which of the messages that left in that event it is; -1 when that is not known. */
  readonly slot: number;
  /** -1: it was lost, or was still on its way at the end. */
  readonly receivedAt: number;
  /** A second copy of a message that has arrived before. */
  readonly duplicate: boolean;
}

type Draft = { -readonly [Key in keyof Delivery]: Delivery[Key] };

/**
 * Pairs what was sent with what was received: by the step that a receipt goes back to, then by
 * receiver and kind, in the order of sending. Sorted by the event at which each was sent or, if that
 * is not among the events, received.
 */
export function deliveriesOf(events: readonly TraceEvent[]): readonly Delivery[] {
  const all: Draft[] = [];
  const bySender = new Map<number, Draft[]>();
  events.forEach((event, at) => {
    if (event.type !== 'step') return;
    if (event.from !== undefined && event.from !== event.node) {
      receive(event, at, bySender.get(event.causeStep ?? -1) ?? [], all);
    }
    if (event.sent.length > 0) bySender.set(event.step, send(event, at, all));
  });
  return all.sort((a, b) => placeOf(a) - placeOf(b));
}

function send(event: StepEvent, at: number, all: Draft[]): Draft[] {
  const sent = event.sent.map(({ to, kind }, slot): Draft => {
    const base = { kind, from: event.node, to, sentAt: at, slot };
    return { ...base, receivedAt: -1, duplicate: false };
  });
  // What a node tells itself is no message on a link.
  const others = sent.filter(({ from, to }) => from !== to);
  all.push(...others);
  return others;
}

function receive(event: StepEvent, at: number, sent: readonly Draft[], all: Draft[]): void {
  const kind = event.what ?? '';
  const open = sent.filter((one) => one.to === event.node && one.receivedAt < 0);
  const match = open.find((one) => one.kind === kind);
  if (match !== undefined) {
    match.receivedAt = at;
    return;
  }
  const first = sent.find((one) => one.to === event.node && one.kind === kind);
  if (first !== undefined) {
    all.push({ ...first, receivedAt: at, duplicate: true });
    return;
  }
  // Damaged on the way so that it reads as something else.
  const damaged = open[0];
  if (damaged !== undefined) {
    damaged.receivedAt = at;
    return;
  }
  const base = { kind, from: event.from!, to: event.node, sentAt: -1, slot: -1 };
  all.push({ ...base, receivedAt: at, duplicate: false });
}

function placeOf({ sentAt, receivedAt }: Delivery): number {
  return sentAt >= 0 ? sentAt : receivedAt;
}
