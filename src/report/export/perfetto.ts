import type { RunTrace } from '../../record/run-trace.ts';
import type { StepEvent, TraceEvent } from '../../record/trace-event.ts';
import { deliveriesOf } from '../deliveries.ts';
import { faultSpans } from '../fault-spans.ts';
import { jsonLine } from '../json.ts';

/** An event of the trace format that Chrome and Perfetto read. Times are virtual microseconds. */
interface ChromeEvent {
  readonly ph: 'X' | 's' | 'f' | 'i' | 'C' | 'M';
  readonly name: string;
  readonly pid: number;
  readonly tid?: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly id?: number;
  readonly cat?: string;
  /** `e`: the arrow ends at the slice that encloses it. */
  readonly bp?: 'e';
  readonly s?: 'g' | 'p';
  readonly args?: Readonly<Record<string, unknown>>;
}

/** Tracks of a node. */
const tracks = { life: 1, messages: 2, timers: 3, disk: 4, operations: 10 } as const;
/** A step takes no virtual time, but a slice without length cannot be seen. */
const stepUs = 1;
/** The process that shows faults and the violation. */
const worldPid = 1;

/**
 * A run for ui.perfetto.dev: a process for each node with slices for its lives and steps, arrows for
 * messages, counters for the numbers in its view; clients with their operations; faults, phases and
 * the violation in a process of their own.
 */
export function perfettoTrace(trace: RunTrace): string {
  const pids = new Map(trace.nodes.map(({ id }, index) => [id, index + 2]));
  const endUs = Math.max(trace.record.virtualUs, trace.events.at(-1)?.timeUs ?? 0);
  const events: ChromeEvent[] = [
    ...names(trace, pids),
    ...faultSlices(trace, endUs),
    ...lives(trace, pids, endUs),
    ...trace.events.flatMap((event) => eventSlices(event, pids)),
    ...arrows(trace, pids),
    ...operationSlices(trace, pids, endUs),
  ];
  const lines = events.map((event) => jsonLine(event)).join(',\n');
  const { scenario, seed, digest, verdict } = trace.record;
  const metadata = jsonLine({ scenario, seed, digest, verdict, replay: trace.replay });
  return `{"displayTimeUnit":"ms","otherData":${metadata},"traceEvents":[\n${lines}\n]}\n`;
}

function names(trace: RunTrace, pids: ReadonlyMap<string, number>): ChromeEvent[] {
  const meta = (pid: number, name: string, value: unknown, tid = 0): ChromeEvent => ({
    ph: 'M',
    name,
    pid,
    tid,
    args: name.endsWith('sort_index') ? { sort_index: value } : { name: value },
  });
  const world = [meta(worldPid, 'process_name', 'faults'), meta(worldPid, 'process_sort_index', 1)];
  return trace.nodes.reduce((all, { id, server }) => {
    const pid = pids.get(id)!;
    all.push(meta(pid, 'process_name', server ? `node ${id}` : `client ${id}`));
    all.push(meta(pid, 'process_sort_index', pid));
    for (const [name, tid] of Object.entries(tracks)) {
      if (name !== 'operations') all.push(meta(pid, 'thread_name', name, tid));
    }
    return all;
  }, world);
}

function faultSlices(trace: RunTrace, endUs: number): ChromeEvent[] {
  const slices = faultSpans(trace.events, endUs).map(
    ({ fromUs, untilUs, family, text, nodes }, at) => {
      const dur = Math.max(stepUs, untilUs - fromUs);
      // Faults overlap as they like, and slices of one track may not.
      const base = { ph: 'X', pid: worldPid, tid: at + 1, ts: fromUs, dur } as const;
      return { ...base, name: family, cat: 'fault', args: { what: text, nodes: nodes.join(' ') } };
    },
  );
  const { violation } = trace.record;
  if (violation === undefined) return slices;
  const { rung, title, statement, virtualUs, step, values } = violation;
  const args = { statement, step, ...values };
  const base = { ph: 'i', pid: worldPid, tid: 0, ts: virtualUs, s: 'g' } as const;
  return [...slices, { ...base, name: `${rung} ${title} broken`, cat: 'violation', args }];
}

/** A slice for each life of each node. */
function lives(trace: RunTrace, pids: ReadonlyMap<string, number>, endUs: number): ChromeEvent[] {
  const slices: ChromeEvent[] = [];
  const open = new Map<string, { readonly fromUs: number; readonly life: number }>();
  const firstUs = trace.events[0]?.timeUs ?? 0;
  for (const { node, up, incarnation } of trace.base) {
    if (up) open.set(node, { fromUs: firstUs, life: incarnation });
  }
  const close = (node: string, untilUs: number, how: string): void => {
    const life = open.get(node);
    if (life === undefined) return;
    open.delete(node);
    const dur = Math.max(stepUs, untilUs - life.fromUs);
    const place = { pid: pids.get(node)!, tid: tracks.life, ts: life.fromUs, dur };
    slices.push({
      ph: 'X',
      name: `life ${life.life}`,
      cat: 'life',
      ...place,
      args: { ended: how },
    });
  };
  const lifeOf = new Map<string, number>(trace.base.map((base) => [base.node, base.incarnation]));
  for (const { type, node, text, timeUs } of outsideEvents(trace.events)) {
    if (type !== 'lifecycle' || node === undefined) continue;
    if (text === 'started') {
      const life = (lifeOf.get(node) ?? 0) + 1;
      lifeOf.set(node, life);
      open.set(node, { fromUs: timeUs, life });
    } else if (text === 'killed' || text === 'power-lost') close(node, timeUs, text);
  }
  for (const node of [...open.keys()]) close(node, endUs, 'end of the run');
  return slices;
}

function outsideEvents(events: readonly TraceEvent[]) {
  return events.flatMap((event) => (event.type === 'step' ? [] : [event]));
}

function eventSlices(event: TraceEvent, pids: ReadonlyMap<string, number>): ChromeEvent[] {
  const ts = event.timeUs;
  if (event.type === 'step') return stepSlices(event, pids.get(event.node)!);
  if (event.type === 'fault' && event.fault?.phase !== 'refused') return [];
  const pid = event.node === undefined ? worldPid : pids.get(event.node)!;
  const base = { ph: 'i', pid, tid: tracks.life, ts, cat: event.type } as const;
  const s = event.node === undefined ? 'g' : 'p';
  return [{ ...base, name: `${event.type}: ${event.text}`, s, args: { step: event.step } }];
}

function stepSlices(event: StepEvent, pid: number): ChromeEvent[] {
  const { step, timeUs: ts, cause, what, from, sent, role, changed, view } = event;
  const args = { step, ...(from && { from }), ...(sent.length > 0 && { sent }), ...changed };
  const base = { ph: 'X', pid, tid: trackOf(event), ts, dur: stepUs } as const;
  const name = what ?? cause;
  const slices: ChromeEvent[] = [{ ...base, name, cat: cause, args }];
  if (role !== undefined) {
    slices.push({ ph: 'i', pid, tid: tracks.life, ts, name: `is ${role[1]}`, cat: 'role', s: 'p' });
  }
  const now = Object.entries(changed ?? {}).map(([field, [, after]]) => [field, after] as const);
  for (const [field, value] of [...Object.entries(view ?? {}), ...now]) {
    if (typeof value !== 'number') continue;
    slices.push({ ph: 'C', pid, ts, name: field, args: { [field]: value } });
  }
  return slices;
}

function trackOf({ cause }: StepEvent): number {
  if (cause === 'timer') return tracks.timers;
  if (cause === 'disk') return tracks.disk;
  return cause === 'start' ? tracks.life : tracks.messages;
}

function arrows(trace: RunTrace, pids: ReadonlyMap<string, number>): ChromeEvent[] {
  return deliveriesOf(trace.events).flatMap(({ kind, sentAt, receivedAt }, id) => {
    if (sentAt < 0 || receivedAt < 0) return [];
    const [from, to] = [trace.events[sentAt], trace.events[receivedAt]] as [StepEvent, StepEvent];
    const end = (event: StepEvent) => ({
      pid: pids.get(event.node)!,
      tid: trackOf(event),
      ts: event.timeUs,
    });
    const base = { name: kind, cat: 'message', id };
    return [
      { ph: 's', ...base, ...end(from) } as const,
      { ph: 'f', ...base, ...end(to), bp: 'e' } as const,
    ];
  });
}

function operationSlices(
  trace: RunTrace,
  pids: ReadonlyMap<string, number>,
  endUs: number,
): ChromeEvent[] {
  return trace.operations.map((one) => {
    const { process, client, operation, key, asked, answer, outcome, invokedUs, completedUs } = one;
    const pid = (client === undefined ? undefined : pids.get(client)) ?? worldPid;
    const name = [operation, key, asked].filter((part) => part !== '').join(' ');
    const dur = Math.max(stepUs, (completedUs ?? endUs) - invokedUs);
    const place = { pid, tid: tracks.operations + process, ts: invokedUs, dur };
    return { ph: 'X', name, cat: outcome, ...place, args: { outcome, answer } };
  });
}
