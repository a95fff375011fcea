import type { TraceEvent } from '../record/trace-event.ts';

/** A fault with the time that it was in force. */
export interface FaultSpan {
  readonly family: string;
  /** What it did, for people. */
  readonly text: string;
  readonly nodes: readonly string[];
  readonly fromUs: number;
  /** The end of the run when it was still in force there. */
  readonly untilUs: number;
  /** Position of its beginning among the events; -1: before the first one. */
  readonly at: number;
  readonly cut: readonly (readonly [from: string, to: string])[];
}

/** Faults that began, in order of their beginnings. What was refused is not among them. */
export function faultSpans(events: readonly TraceEvent[], endUs: number): readonly FaultSpan[] {
  const spans: { -readonly [Key in keyof FaultSpan]: FaultSpan[Key] }[] = [];
  const open = new Map<string, number[]>();
  events.forEach((event, at) => {
    if (event.type !== 'fault' || event.fault === undefined) return;
    const { plan, family, phase, nodes, cut = [] } = event.fault;
    const name = `${plan} ${family} ${nodes.join(' ')}`;
    if (phase === 'begin') {
      const text = event.text.slice(event.text.indexOf(': ') + 2);
      open.set(name, [...(open.get(name) ?? []), spans.length]);
      spans.push({ family, text, nodes, fromUs: event.timeUs, untilUs: endUs, at, cut });
    } else if (phase === 'end') {
      const index = open.get(name)?.shift();
      if (index !== undefined) spans[index]!.untilUs = event.timeUs;
      else {
        const fromUs = events[0]!.timeUs;
        spans.push({ family, text: family, nodes, fromUs, untilUs: event.timeUs, at: -1, cut });
      }
    }
  });
  return spans.sort((a, b) => a.fromUs - b.fromUs);
}
