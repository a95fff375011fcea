import type { TraceEvent } from '../../../record/trace-event.ts';
import { deliveriesOf } from '../../deliveries.ts';
import { lowerBoundOf } from './time-axis.ts';

/** A message as a line of the diagram. */
export interface MessageLine {
  readonly kind: string;
  readonly fromRow: number;
  readonly toRow: number;
  readonly fromUs: number;
  /** For a message that did not arrive, where its stump ends. */
  readonly untilUs: number;
  readonly arrived: boolean;
  readonly duplicate: boolean;
  /** Events at its ends; -1: unknown. */
  readonly sentAt: number;
  readonly receivedAt: number;
  /** Which of the messages sent there it is; -1: unknown. */
  readonly slot: number;
}

/** Lines of one kind, by the time at which they begin. */
export interface KindLines {
  readonly kind: string;
  readonly lines: readonly MessageLine[];
  readonly fromUs: Float64Array;
  /** Longest of those that are not slow. */
  readonly spanUs: number;
  /** Lines that took much longer than the others: looked at one by one. */
  readonly slow: readonly MessageLine[];
}

/** All messages, by kind, the rarest kind first. */
export interface MessageLines {
  readonly kinds: readonly KindLines[];
  readonly count: number;
  /** By the event at their end. */
  readonly receivedAt: ReadonlyMap<number, MessageLine>;
}

/** Makes lines of what was sent and received. */
export function messageLines(
  events: readonly TraceEvent[],
  rowOf: ReadonlyMap<string, number>,
  startUs: number,
  endUs: number,
): MessageLines {
  const byKind = new Map<string, MessageLine[]>();
  const receivedAt = new Map<number, MessageLine>();
  const all = deliveriesOf(events);
  const stumpUs = typicalSpan(events, all);
  for (const { kind, from, to, sentAt, slot, receivedAt: end, duplicate } of all) {
    const fromUs = sentAt < 0 ? startUs : events[sentAt]!.timeUs;
    const untilUs = end < 0 ? Math.min(endUs, fromUs + stumpUs) : events[end]!.timeUs;
    const [fromRow, toRow] = [rowOf.get(from) ?? -1, rowOf.get(to) ?? -1];
    if (fromRow < 0 || toRow < 0) continue;
    const ends = { fromRow, toRow, fromUs, untilUs, arrived: end >= 0, sentAt, receivedAt: end };
    const line = { kind, ...ends, duplicate, slot };
    if (end >= 0) receivedAt.set(end, line);
    const lines = byKind.get(kind);
    if (lines === undefined) byKind.set(kind, [line]);
    else lines.push(line);
  }
  const kinds = [...byKind].map(([kind, lines]) => kindLines(kind, lines));
  kinds.sort((a, b) => a.lines.length - b.lines.length || (a.kind < b.kind ? -1 : 1));
  return { kinds, count: all.length, receivedAt };
}

/** The median time under way: how long a stump is drawn for what never arrived. */
function typicalSpan(
  events: readonly TraceEvent[],
  all: readonly { readonly sentAt: number; readonly receivedAt: number }[],
): number {
  const spans = all
    .filter(({ sentAt, receivedAt }) => sentAt >= 0 && receivedAt >= 0)
    .map(({ sentAt, receivedAt }) => events[receivedAt]!.timeUs - events[sentAt]!.timeUs)
    .sort((a, b) => a - b);
  return Math.max(1, spans[spans.length >> 1] ?? 1_000);
}

function kindLines(kind: string, lines: MessageLine[]): KindLines {
  lines.sort((a, b) => a.fromUs - b.fromUs);
  const spans = lines.map(({ fromUs, untilUs }) => untilUs - fromUs).sort((a, b) => a - b);
  const spanUs = 2 * (spans[Math.floor(spans.length * 0.95)] ?? 0);
  return {
    kind,
    lines,
    fromUs: Float64Array.from(lines, (line) => line.fromUs),
    spanUs,
    slow: lines.filter(({ fromUs, untilUs }) => untilUs - fromUs > spanUs),
  };
}

/** Calls back with each line that may cross a span of time, each once. */
export function eachLine(
  { lines, fromUs, spanUs, slow }: KindLines,
  startUs: number,
  endUs: number,
  visit: (line: MessageLine, index: number) => void,
): void {
  const first = lowerBoundOf(fromUs, startUs - spanUs);
  for (const line of slow) {
    if (line.fromUs < startUs - spanUs && line.untilUs >= startUs) visit(line, 0);
  }
  for (let index = first; index < lines.length && fromUs[index]! <= endUs; index++) {
    const line = lines[index]!;
    if (line.untilUs >= startUs) visit(line, index);
  }
}

/** How many lines begin in a span of time. */
export function countLines({ fromUs }: KindLines, startUs: number, endUs: number): number {
  return lowerBoundOf(fromUs, endUs + 1) - lowerBoundOf(fromUs, startUs);
}
