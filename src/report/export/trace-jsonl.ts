import type { RunTrace } from '../../record/run-trace.ts';
import { jsonLine } from '../json.ts';

/**
 * A run as JSON lines: first the run itself (its record, nodes and plan), then its events in the order
 * in which they happened, as `replay --events --json` prints them, with what messages said.
 */
export function traceJsonl(trace: RunTrace): string {
  const { schema, record, nodes, plan, dropped, events, replay } = trace;
  const head = { type: 'run', schema, record, nodes, plan, dropped, replay };
  return `${[head, ...events].map((line) => jsonLine(line)).join('\n')}\n`;
}
