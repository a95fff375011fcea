import type { RunTrace } from '../../record/run-trace.ts';
import type { TraceEvent } from '../../record/trace-event.ts';
import { deliveriesOf } from '../deliveries.ts';
import { eventText } from '../event-line.ts';
import { count, instant } from '../format.ts';

/** How each event of the log is to be read: the first line of the file, as ShiViz wants it. */
export const shivizPattern: string = '(?<host>\\S*) (?<clock>{.*})\\n(?<event>.*)';

/** Events of a host's clock, by host; hosts not heard of yet are left out. */
type Clock = ReadonlyMap<string, number>;

/**
 * A run as a log for ShiViz, one event on two lines: host with its vector clock, then what happened.
 * A clock counts the events of each host that can have had an influence (Fidge and Mattern); it
 * crosses from one host to another with messages alone. What happened to no host in particular has
 * no place in such a log and is left out.
 */
export function shivizLog(trace: RunTrace): string {
  const { events } = trace;
  const sources = new Map<number, number>();
  const lastUse = new Map<number, number>();
  for (const { sentAt, receivedAt } of deliveriesOf(events)) {
    if (sentAt < 0 || receivedAt < 0) continue;
    sources.set(receivedAt, sentAt);
    lastUse.set(sentAt, Math.max(lastUse.get(sentAt) ?? -1, receivedAt));
  }
  const clocks = new Map<string, Map<string, number>>();
  const sent = new Map<number, Clock>();
  const lines = [shivizPattern, ''];
  events.forEach((event, at) => {
    const { node } = event;
    if (node === undefined) return;
    const clock = clocks.get(node) ?? new Map<string, number>();
    clocks.set(node, clock);
    const source = sources.get(at);
    if (source !== undefined) merge(clock, sent.get(source)!);
    // Later receipts of the same message need the clock of its sender too.
    if (source !== undefined && lastUse.get(source) === at) sent.delete(source);
    clock.set(node, (clock.get(node) ?? 0) + 1);
    if (lastUse.has(at)) sent.set(at, new Map(clock));
    lines.push(`${node} ${JSON.stringify(Object.fromEntries(clock))}`, lineOf(event));
  });
  return `${lines.join('\n')}\n`;
}

function merge(clock: Map<string, number>, other: Clock): void {
  for (const [host, time] of other) clock.set(host, Math.max(clock.get(host) ?? 0, time));
}

function lineOf(event: TraceEvent): string {
  const cause = event.type === 'step' ? event.cause : event.type;
  const when = `[${instant(event.timeUs)}, step ${count(event.step)}]`;
  return `${cause} ${eventText(event)} ${when}`.replaceAll(/\s+/g, ' ');
}
