import type { StepEvent, TraceEvent } from '../record/trace-event.ts';
import { clip, count, instant, value } from './format.ts';

const noWidth = Number.POSITIVE_INFINITY;

/**
 * One event on one line in fixed columns: step, virtual time, node and life, cause, what happened.
 * @param width columns at most; default: no limit
 */
export function eventLine(event: TraceEvent, width: number = noWidth): string {
  const life = event.type === 'step' ? `${event.node}/${event.incarnation}` : (event.node ?? '-');
  const cause = event.type === 'step' ? event.cause : event.type;
  const start = [
    count(event.step).padStart(9),
    instant(event.timeUs).padStart(13),
    life.padEnd(6),
    cause.padEnd(9),
  ].join('  ');
  const line = `${start}  ${eventText(event)}`.trimEnd();
  return width === noWidth ? line : clip(line, width);
}

/** What happened, on one line, without when and where. */
export function eventText(event: TraceEvent): string {
  return event.type === 'step' ? stepText(event) : event.text.replaceAll('\n', ' ');
}

/** Titles for the columns of `eventLine`. */
export function eventTitles(): string {
  return [
    'step'.padStart(9),
    'virtual time'.padStart(13),
    'node'.padEnd(6),
    'cause'.padEnd(9),
    'what',
  ].join('  ');
}

function stepText(event: StepEvent): string {
  const parts: string[] = [];
  const from = event.from === undefined ? '' : ` from ${event.from}`;
  const because = event.causeStep === undefined ? '' : ` (of step ${count(event.causeStep)})`;
  const cause = `${event.what ?? ''}${from}${because}`.trim();
  if (cause !== '') parts.push(cause);
  if (event.role !== undefined) {
    const [before, after] = event.role;
    parts.push(before === '' ? `is ${after}` : `${before} -> ${after}`);
  }
  for (const [field, [before, after]] of Object.entries(event.changed ?? {})) {
    parts.push(`${field} ${value(before)} -> ${value(after)}`);
  }
  const sent = sentText(event.sent);
  if (sent !== '') parts.push(sent);
  return parts.join('; ');
}

/** Messages that left, those of one kind together: `sends append to n2, n3`. */
function sentText(sent: StepEvent['sent']): string {
  const receivers = new Map<string, string[]>();
  for (const { to, kind } of sent) {
    const list = receivers.get(kind);
    if (list === undefined) receivers.set(kind, [to]);
    else list.push(to);
  }
  const kinds = [...receivers].map(([kind, list]) => `${kind} to ${list.join(', ')}`);
  return kinds.length === 0 ? '' : `sends ${kinds.join('; ')}`;
}
