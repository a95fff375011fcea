import type { TraceEvent } from '../../record/trace-event.ts';
import { eventText } from '../../report/event-line.ts';
import type { TracedStep } from '../../sim/ring-trace.ts';
import type { World } from '../../sim/world.ts';
import type { EventFilter } from '../commands.ts';
import type { EventLine, EventTone } from '../snapshot.ts';

/** An event before it is known whether somebody marked it. */
export type PlainLine = Omit<EventLine, 'marked'>;

const tones: Readonly<Record<string, EventTone>> = {
  role: 'role',
  fault: 'fault',
  lifecycle: 'life',
  threw: 'violation',
  violation: 'violation',
  probe: 'probe',
  phase: 'role',
};

/** How an event of a type is drawn. */
export function toneOf(type: string): EventTone {
  return tones[type] ?? 'plain';
}

/** A step as the ring of a world remembers it: what it was about, not what it changed. */
export function tracedLine(world: World, traced: TracedStep): PlainLine {
  const { step, timeUs, cause, causeStep } = traced;
  const from = traced.from < 0 ? '' : world.nodeId(traced.from);
  const what = cause === 'start' ? `life ${traced.incarnation}` : traced.what;
  const because = causeStep > 0 && causeStep < step ? ` (of step ${causeStep})` : '';
  return {
    step,
    place: 0,
    timeUs,
    node: world.nodeId(traced.node),
    type: cause,
    what,
    ...(from === '' ? {} : { from }),
    text: `${what}${from === '' ? '' : ` from ${from}`}${because}`,
    tone: 'plain',
  };
}

/** An event as the recorder tells it, with what it changed and sent. */
export function recordedLine(event: TraceEvent, place: number): PlainLine {
  const { step, timeUs, node = '' } = event;
  const text = eventText(event);
  if (event.type !== 'step') {
    const { type } = event;
    const what = event.fault === undefined ? event.text : event.fault.family;
    return { step, place, timeUs, node, type, what, text, tone: toneOf(type) };
  }
  return {
    step,
    place: 0,
    timeUs,
    node,
    type: event.cause,
    what: event.what ?? `life ${event.incarnation}`,
    ...(event.from === undefined ? {} : { from: event.from }),
    text,
    tone: event.role === undefined ? 'plain' : 'role',
  };
}

/** Whether a filter says anything. */
export function isEmptyFilter(filter: EventFilter): boolean {
  return [filter.node, filter.kind, filter.text].every((part) => part === undefined || part === '');
}

/** Makes the test of a filter. */
export function lineFilter(filter: EventFilter): (line: PlainLine) => boolean {
  const { node = '' } = filter;
  const kind = (filter.kind ?? '').toLowerCase();
  const text = (filter.text ?? '').toLowerCase();
  return (line) => {
    if (node !== '' && line.node !== node && line.from !== node) return false;
    if (
      kind !== '' &&
      !line.type.toLowerCase().includes(kind) &&
      !line.what.toLowerCase().includes(kind)
    ) {
      return false;
    }
    return text === '' || line.text.toLowerCase().includes(text);
  };
}
