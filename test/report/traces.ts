import type { RunTrace } from '../../src/record/run-trace.ts';
import type { StepEvent, TraceEvent } from '../../src/record/trace-event.ts';
import type { RunInput } from '../../src/run/run-contract.ts';
import type { Scenario } from '../../src/run/scenario-contract.ts';
import { traceRun } from '../../src/run/trace-run.ts';

/** The trace of a run. */
export async function traced(
  scenario: Scenario,
  input: RunInput,
  events?: number,
): Promise<RunTrace> {
  const { trace } = await traceRun(scenario, input, {
    name: 'tested',
    replay: 'seedstorm replay tested --seed 1',
    ...(events === undefined ? {} : { events }),
  });
  return trace;
}

/** A trace that never happened, of so many events: five nodes that tell each other numbers. */
export function inventedTrace(count: number): RunTrace {
  const nodes = ['n1', 'n2', 'n3', 'n4', 'n5'];
  const events: TraceEvent[] = nodes.map((node, index) => ({
    ...step(index + 1, 0, node),
    cause: 'start',
    view: { total: 0, note: 'fresh' },
    role: ['', index === 0 ? 'leader' : 'follower'],
  }));
  while (events.length < count) {
    const at = events.length + 1;
    const from = nodes[at % 5]!;
    const to = nodes[(at * 3 + 1) % 5]!;
    const told = { to, kind: at % 7 === 0 ? 'vote' : 'append', fields: { number: at } };
    const base = step(at, at * 40, from);
    events.push({ ...base, sent: from === to ? [] : [told], cause: 'timer', what: 'tick' });
    if (from === to || at % 11 === 0) continue;
    events.push({
      ...step(at + 1, at * 40 + 30, to),
      from,
      causeStep: at,
      what: told.kind,
      changed: { total: [at - 1, at] },
    });
  }
  events.length = count;
  return {
    schema: 'seedstorm-trace/1',
    record: {
      schema: 'seedstorm-run/1',
      scenario: 'invented',
      seed: 7,
      verdict: 'held',
      reasons: [],
      digest: '0123456789abcdef',
      steps: count,
      virtualUs: events.at(-1)?.timeUs ?? 0,
      wallMs: 1,
      config: { nodes: 5 },
      rungs: [{ id: 'I1', title: 'every step ends', verdict: 'held', premise: 5 }],
      probes: {},
      faults: {},
      operations: {},
    },
    nodes: nodes.map((id) => ({ id, server: true, zone: 'z1' })),
    plan: [],
    dropped: 0,
    base: [],
    events,
    operations: [],
    replay: 'seedstorm replay invented --seed 7',
  };
}

function step(number: number, timeUs: number, node: string): StepEvent {
  const base = { type: 'step', step: number, timeUs, node, incarnation: 1 } as const;
  return { ...base, cause: 'message', sent: [] };
}
