import type { ViolationRecord } from '../record/run-record.ts';
import type { StepEvent, TraceEvent } from '../record/trace-event.ts';

/**
 * The last events that can have led to a violation, oldest first: the chain of causes of its step,
 * then, as far as there is room, the latest events of the nodes concerned that changed something.
 */
export function causalPast(
  events: readonly TraceEvent[],
  violation: ViolationRecord,
  most: number,
): readonly TraceEvent[] {
  const steps = new Map<number, StepEvent>();
  for (const event of events) if (event.type === 'step') steps.set(event.step, event);
  const picked = new Set<TraceEvent>();
  const half = Math.ceil(most / 2);
  let step = steps.get(violation.step);
  const nodes = new Set(violation.nodes);
  while (step !== undefined && picked.size < half) {
    picked.add(step);
    nodes.add(step.node);
    step = step.causeStep === undefined ? undefined : steps.get(step.causeStep);
  }
  for (let at = events.length - 1; at >= 0 && picked.size < most; at--) {
    const event = events[at]!;
    if (concerns(event, nodes)) picked.add(event);
  }
  return events.filter((event) => picked.has(event));
}

function concerns(event: TraceEvent, nodes: ReadonlySet<string>): boolean {
  if (event.type === 'fault' || event.type === 'phase') return true;
  if (event.node === undefined || !nodes.has(event.node)) return false;
  return event.type !== 'step' || event.role !== undefined || event.changed !== undefined;
}
