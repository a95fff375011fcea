import type { RunTrace } from '../../../record/run-trace.ts';
import type { TraceEvent } from '../../../record/trace-event.ts';
import { type Lives, livesOf } from './lives.ts';
import { type MessageLines, messageLines } from './message-lines.ts';
import { type NodeStates, nodeStates } from './node-states.ts';
import { type Operations, operationsOf } from './operations.ts';
import { type PackedFault, packFaults } from './packed-faults.ts';
import { lowerBoundOf } from './time-axis.ts';

/** A node or a client: one line of the diagram. */
export interface Row {
  readonly id: string;
  readonly server: boolean;
  readonly zone: string;
}

/** A run, indexed by time and by node so that any part of it can be drawn without looking at the rest. */
export interface Timeline {
  readonly trace: RunTrace;
  readonly events: readonly TraceEvent[];
  readonly rows: readonly Row[];
  readonly rowOf: ReadonlyMap<string, number>;
  /** Time of each event; never descends. */
  readonly timesUs: Float64Array;
  /** Row of each event; -1: it concerns none or several. */
  readonly rowAt: Int16Array;
  /** Step number to position among the events. */
  readonly atStep: ReadonlyMap<number, number>;
  /** First and last moment to be shown. */
  readonly startUs: number;
  readonly endUs: number;
  readonly lines: MessageLines;
  readonly lives: Lives;
  readonly states: NodeStates;
  readonly faults: readonly PackedFault[];
  readonly operations: Operations;
  /** Position of the event at which a rung broke; -1: none did. */
  readonly violationAt: number;
}

/** Indexes a trace. */
export function timelineOf(trace: RunTrace): Timeline {
  const { events, nodes: rows } = trace;
  const rowOf = new Map(rows.map(({ id }, row) => [id, row]));
  const timesUs = new Float64Array(events.length);
  const rowAt = new Int16Array(events.length);
  const atStep = new Map<number, number>();
  events.forEach((event, at) => {
    timesUs[at] = event.timeUs;
    rowAt[at] = event.node === undefined ? -1 : (rowOf.get(event.node) ?? -1);
    if (event.type === 'step') atStep.set(event.step, at);
  });
  const startUs = trace.dropped > 0 ? (timesUs[0] ?? 0) : 0;
  const endUs = Math.max(startUs + 1, trace.record.virtualUs, timesUs.at(-1) ?? 0);
  const states = nodeStates(trace, rowOf);
  return {
    trace,
    events,
    rows,
    rowOf,
    timesUs,
    rowAt,
    atStep,
    startUs,
    endUs,
    lines: messageLines(events, rowOf, startUs, endUs),
    lives: livesOf(trace, rowOf, states, endUs),
    states,
    faults: packFaults(events, rowOf, endUs),
    operations: operationsOf(trace.operations, rowOf, endUs),
    violationAt: violationAt(trace, timesUs),
  };
}

/** The event of the broken step; for what broke between steps the last one before it. */
function violationAt({ record, events }: RunTrace, timesUs: Float64Array): number {
  const { violation } = record;
  if (violation === undefined) return -1;
  const before = lastAtOrBefore(timesUs, violation.virtualUs);
  for (let at = before; at >= 0; at--) {
    const event = events[at]!;
    if (event.type === 'step' && event.step <= violation.step) return at;
  }
  return before;
}

/** Position of the last time that is not after `timeUs`; -1 when there is none. */
export function lastAtOrBefore(timesUs: Float64Array, timeUs: number): number {
  // Times are whole microseconds.
  return lowerBoundOf(timesUs, Math.floor(timeUs) + 1) - 1;
}

/** Steps that led to an event, the event itself first, each the cause of the one before it. */
export function causesOf(timeline: Timeline, at: number, most: number = 200): readonly number[] {
  const chain: number[] = [];
  let next: number | undefined = at;
  while (next !== undefined && chain.length < most) {
    chain.push(next);
    const event: TraceEvent | undefined = timeline.events[next];
    const cause: number | undefined = event?.type === 'step' ? event.causeStep : undefined;
    next = cause === undefined ? undefined : timeline.atStep.get(cause);
  }
  return chain;
}
