import type { Fields, StepEvent, TraceEvent } from '../../../record/trace-event.ts';
import { count, duration, instant, value } from '../../format.ts';
import type { MessageLine } from '../model/message-lines.ts';
import type { App } from './app.ts';
import type { Hit } from './hit.ts';
import type { Description } from './tooltip.ts';

type Facts = (readonly [name: string, value: string])[];

/** Says what a pointer is over. */
export function describeHit(app: App, hit: Hit): Description {
  switch (hit.kind) {
    case 'event':
      return describeEvent(app, hit.at);
    case 'message':
      return describeMessage(app, hit.line);
    case 'fault': {
      const { family, text, fromUs, untilUs, nodes } = hit.fault;
      const when = `${instant(fromUs)} to ${instant(untilUs)} (${duration(untilUs - fromUs)})`;
      return {
        title: family,
        when,
        facts: [
          ['what', text],
          ['nodes', nodes.join(' ')],
        ],
      };
    }
    case 'operation': {
      const { operation, text } = hit.operation;
      const { invokedUs, completedUs, outcome, consistency, process } = operation;
      const when =
        completedUs === null
          ? `${instant(invokedUs)}, never completed`
          : `${instant(invokedUs)}, took ${duration(completedUs - invokedUs)}`;
      const facts: Facts = [
        ['outcome', outcome],
        ['process', String(process)],
      ];
      if (consistency !== 'none') facts.push(['consistency', consistency]);
      return { title: text, when, facts };
    }
  }
}

/** Title of an event: what it is, without what it changed. */
export function titleOf(event: TraceEvent): string {
  if (event.type !== 'step') {
    const { type, node, text } = event;
    if (type === 'lifecycle') return `${node} ${text === 'power-lost' ? 'lost power' : text}`;
    return node === undefined ? `${type}: ${text}` : `${node} ${type}: ${text}`;
  }
  const { node, cause, what, from } = event;
  switch (cause) {
    case 'message':
      return `${node} handles ${what} from ${from === node ? 'an operator' : from}`;
    case 'timer':
      return `${node}: timer ${what}`;
    case 'disk':
      return `${node}: disk completes ${what}`;
    case 'start':
      return `${node} starts life ${event.incarnation}`;
    case 'release':
      return `${node} lets go messages that it held back`;
  }
}

function describeEvent({ timeline }: App, at: number): Description {
  const event = timeline.events[at]!;
  const facts: Facts = [];
  if (event.type === 'step') {
    const line = timeline.lines.receivedAt.get(at);
    if (line !== undefined) facts.push(...messageFacts(timeline.events, line));
    if (event.role !== undefined) facts.push(['role', changeText(event.role)]);
    for (const [name, change] of Object.entries(event.changed ?? {})) {
      facts.push([name, changeText(change)]);
    }
    if (event.sent.length > 0) facts.push(['sends', sentText(event)]);
  }
  return { title: titleOf(event), when: whenOf(event), facts: facts.slice(0, 14) };
}

/** Step and time of an event. */
export function whenOf(event: TraceEvent): string {
  return `${instant(event.timeUs)}, step ${count(event.step)}`;
}

function describeMessage({ timeline }: App, line: MessageLine): Description {
  const { fromRow, toRow, fromUs, untilUs, arrived, kind, duplicate } = line;
  const [from, to] = [timeline.rows[fromRow]!.id, timeline.rows[toRow]!.id];
  const under = arrived ? `${duration(untilUs - fromUs)} under way` : 'did not arrive';
  const copy = duplicate ? ', a second copy' : '';
  return {
    title: `${kind} from ${from} to ${to}`,
    when: `sent at ${instant(fromUs)}, ${under}${copy}`,
    facts: messageFacts(timeline.events, line).slice(0, 14),
  };
}

/** What a message says. */
export function messageFacts(events: readonly TraceEvent[], line: MessageLine): Facts {
  const sender = line.sentAt < 0 ? undefined : events[line.sentAt];
  const fields = sender?.type === 'step' ? sender.sent[line.slot]?.fields : undefined;
  return factsOf(fields ?? {});
}

/** Fields as names and values. */
export function factsOf(fields: Fields): Facts {
  return Object.entries(fields).map(([name, of]) => [name, value(of)]);
}

/** `2 → 3`. */
export function changeText([before, after]: readonly [unknown, unknown]): string {
  return `${shown(before)} → ${shown(after)}`;
}

function shown(of: unknown): string {
  if (of === undefined || of === null) return 'none';
  return of === '' ? 'none' : value(of);
}

/** `append to n2, n3; vote to n4`. */
export function sentText({ sent }: StepEvent): string {
  const receivers = new Map<string, string[]>();
  for (const { to, kind } of sent) receivers.set(kind, [...(receivers.get(kind) ?? []), to]);
  return [...receivers].map(([kind, list]) => `${kind} to ${list.join(', ')}`).join('; ');
}
