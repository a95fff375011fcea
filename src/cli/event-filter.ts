import type { TraceEvent } from '../record/trace-event.ts';
import { UsageError } from '../record/usage-error.ts';
import { parseNames, parseVirtualTime } from './option-values.ts';

/** Which events `replay --events` prints. */
export interface EventFilterOptions {
  readonly node?: string;
  readonly kind?: string;
  readonly from?: string;
  readonly to?: string;
}

/**
 * Turns the options into a test of events.
 * @throws UsageError when a bound is neither a step nor a virtual time, or the bounds are reversed
 */
export function eventFilter(options: EventFilterOptions): (event: TraceEvent) => boolean {
  const nodes = options.node === undefined ? undefined : parseNames(options.node, '--node');
  const kinds = options.kind === undefined ? undefined : parseNames(options.kind, '--kind');
  const from = options.from === undefined ? undefined : parseBound(options.from, '--from');
  const to = options.to === undefined ? undefined : parseBound(options.to, '--to');
  if (from !== undefined && to !== undefined && from.unit === to.unit && from.value > to.value) {
    throw new UsageError(`${options.from} comes after ${options.to}`, '--from and --to');
  }
  return (event) =>
    (nodes === undefined || nodes.some((node) => concerns(event, node))) &&
    (kinds === undefined || kinds.some((kind) => isOfKind(event, kind))) &&
    (from === undefined || position(event, from) >= from.value) &&
    (to === undefined || position(event, to) <= to.value);
}

interface Bound {
  readonly unit: 'step' | 'time';
  readonly value: number;
}

/** A bare number is a step, a number with a unit is a virtual time. */
function parseBound(text: string, option: string): Bound {
  if (/^\d+$/.test(text)) return { unit: 'step', value: Number(text) };
  return { unit: 'time', value: parseVirtualTime(text, option) };
}

function position(event: TraceEvent, bound: Bound): number {
  return bound.unit === 'step' ? event.step : event.timeUs;
}

/** An event concerns the node that it happened at, and those that it came from and went to. */
function concerns(event: TraceEvent, node: string): boolean {
  if (event.node === node) return true;
  if (event.type !== 'step') return event.node === undefined && mentions(event.text, node);
  return event.from === node || event.sent.some((message) => message.to === node);
}

/** Faults concern several nodes and name them only in their text. */
function mentions(text: string, node: string): boolean {
  return text.split(/[^\w-]+/).includes(node);
}

/** A kind is a message's, a timer's name, a disk operation, or the sort of event: disk, fault, log ... */
function isOfKind(event: TraceEvent, kind: string): boolean {
  if (event.type !== 'step') return event.type === kind;
  return (
    event.cause === kind || event.what === kind || event.sent.some((sent) => sent.kind === kind)
  );
}
