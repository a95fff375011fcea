import type { ClientsSnapshot, LatencySlice, OperationLine } from '../snapshot.ts';
import { slices } from './chronicle.ts';
import type { Trail } from './trail.ts';

const mostRecent = 24;

/** What a frame knows of the clients. */
export type ClientsPart = ClientsSnapshot;

/** Counts, latencies and the last operations of the clients. */
export function clientsOf(trail: Trail): ClientsPart {
  const { chronicle, history } = trail;
  const { ok, fail, latencies } = chronicle;
  return {
    ok,
    fail,
    unknown: history.length - ok - fail,
    latencyUs: {
      median: latencies.quantile(0.5),
      p99: latencies.quantile(0.99),
      max: latencies.max,
    },
    history: slicesOf(trail),
    recent: recentOf(trail),
  };
}

function slicesOf({ chronicle, run }: Trail): readonly LatencySlice[] {
  const sliceUs = chronicle.sliceUs;
  const last = Math.min(slices - 1, Math.floor(run.world.timeUs / sliceUs));
  return Array.from({ length: last + 1 }, (_, at) => {
    const slice = chronicle.sliceLatencies[at];
    return {
      fromUs: Math.round(at * sliceUs),
      completed: slice?.count ?? 0,
      medianUs: slice?.quantile(0.5) ?? 0,
    };
  });
}

function recentOf({ history, run }: Trail): readonly OperationLine[] {
  const lines: OperationLine[] = [];
  for (let at = Math.max(0, history.length - mostRecent); at < history.length; at++) {
    const shown = history.shownAt?.(at);
    if (shown === undefined) break;
    const { operation, key, asked, answer, outcome, invokedUs, completedUs, invokedStep } = shown;
    const traced = run.world.trace.step(invokedStep);
    const client = traced === undefined ? `#${shown.process}` : run.world.nodeId(traced.node);
    const text = [operation, key, asked].filter((part) => part !== '').join(' ');
    lines.push({ client, text, answer, outcome, invokedUs, completedUs });
  }
  return lines;
}
