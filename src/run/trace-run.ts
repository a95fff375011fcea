import type { RunRecord } from '../record/run-record.ts';
import type { NodeRecord, OperationRecord, RunTrace } from '../record/run-trace.ts';
import type { TraceEvent } from '../record/trace-event.ts';
import type { HistoryLike } from '../workload/clients-definition.ts';
import { buildNodes } from './build-case.ts';
import type { RunInput, RunResult } from './run-contract.ts';
import type { Scenario } from './scenario-contract.ts';
import { TraceWindow } from './trace-window.ts';
import { runWatched, type WatchedOptions } from './watched.ts';

/** How to run for a trace. */
export interface TraceOptions extends WatchedOptions {
  /** Events to keep, the last ones; default: all. */
  readonly events?: number;
  /** The command that runs it again. */
  readonly replay: string;
}

/** A trace, and the result of its run. */
export interface TracedRun {
  readonly trace: RunTrace;
  readonly result: RunResult;
}

/**
 * Runs one case in this thread and keeps everything that pictures need. A run that broke a rung ends
 * there, and a handler that never returns is cut off; both leave a trace up to that point.
 *
 * @throws UsageError when the input does not fit the scenario
 * @throws HarnessFault when the harness itself is at fault
 */
export async function traceRun(
  scenario: Scenario,
  input: RunInput,
  options: TraceOptions,
): Promise<TracedRun> {
  const { events: most = Number.POSITIVE_INFINITY, replay, ...rest } = options;
  const window = new TraceWindow(most);
  const clients = new Map<number, string>();
  let first: HistoryLike | undefined;
  const result = await runWatched(scenario, input, {
    ...rest,
    details: true,
    // A red run is run again, to look at it: the first time is the one that counts.
    onHistory: (history) => {
      first ??= history;
    },
    onEvent: (event) => {
      window.add(event);
      noteClient(clients, event);
    },
  });
  const { caseFile } = result;
  const history = first?.toJsonl?.();
  const trace: RunTrace = {
    schema: 'seedstorm-trace/1',
    record: { ...upTo(window.events.at(-1), result.record), wallMs: 0 },
    nodes: nodesOf(scenario, result),
    plan: caseFile.plan,
    dropped: window.dropped,
    base: window.base,
    events: window.events,
    operations: operationsOf(first, clients),
    ...(history === undefined ? {} : { history }),
    replay,
  };
  return { trace, result };
}

/** A run that was cut off inside a slice has got further than its record could say. */
function upTo(last: TraceEvent | undefined, record: RunRecord): RunRecord {
  if (last === undefined || record.steps >= last.step) return record;
  const place = { virtualUs: last.timeUs, step: last.step };
  const { violation } = record;
  return {
    ...record,
    steps: last.step,
    virtualUs: last.timeUs,
    ...(violation === undefined ? {} : { violation: { ...violation, ...place } }),
  };
}

/** Steps of clients are few beside those of servers, so all of them can be kept. */
function noteClient(clients: Map<number, string>, event: TraceEvent): void {
  if (event.type === 'step' && event.node.startsWith('c')) clients.set(event.step, event.node);
}

function nodesOf(scenario: Scenario, { caseFile }: RunResult): readonly NodeRecord[] {
  const nodes = buildNodes(scenario, caseFile, scenario.clients.newHistory(), false);
  return nodes.map(({ id, server, zone }) => ({ id, server, zone }));
}

function operationsOf(
  history: HistoryLike | undefined,
  clients: ReadonlyMap<number, string>,
): readonly OperationRecord[] {
  const shown = history?.shown?.() ?? [];
  return shown.map((operation) => {
    const client = clients.get(operation.invokedStep);
    return client === undefined ? operation : { ...operation, client };
  });
}
