import { parentPort, workerData } from 'node:worker_threads';
import type { TraceEvent } from '../record/trace-event.ts';
import { streamOf } from './doctor-run.ts';
import { nodeHost } from './host.ts';
import { loadScenario } from './loader.ts';
import { executeCase } from './run-case.ts';
import type { Scenario } from './scenario-contract.ts';
import { runSeed, type ThreadMemory } from './seed-report.ts';
import { tryCase } from './shrink/tried.ts';
import {
  toPlainError,
  type WorkerAnswer,
  type WorkerSetup,
  type WorkerTask,
} from './worker-protocol.ts';

const eventsPerMessage = 500;

const port = parentPort!;
const { reference, pulse } = workerData as WorkerSetup;
const words = new Int32Array(pulse);
const memory: ThreadMemory = { explained: new Set() };
let loading: Promise<Scenario> | undefined;

function beat(): void {
  Atomics.add(words, 0, 1);
}

function answer(piece: WorkerAnswer): void {
  port.postMessage(piece);
}

async function work(task: WorkerTask): Promise<void> {
  loading ??= loadScenario(reference);
  const scenario = await loading;
  beat();
  if (task.type === 'seeds') {
    for (const seed of task.seeds) {
      beat();
      const report = await runSeed(scenario, seed, task.options, memory, nodeHost, {
        onSlice: beat,
        pulse: words,
      });
      answer({ type: 'seed', report });
    }
  } else if (task.type === 'steps') {
    const stream = await streamOf(scenario, task.input, task.options, nodeHost, beat);
    answer({ type: 'steps', stream });
  } else if (task.type === 'try') {
    const hooks = { onSlice: beat, pulse: words };
    answer({ type: 'tried', tried: await tryCase(scenario, task.file, task.options, hooks) });
  } else {
    await runOne(scenario, task);
  }
}

async function runOne(
  scenario: Scenario,
  task: Extract<WorkerTask, { type: 'run' }>,
): Promise<void> {
  let events: TraceEvent[] = [];
  const flush = (): void => {
    if (events.length > 0) answer({ type: 'events', events });
    events = [];
  };
  const onEvent = (event: TraceEvent): void => {
    events.push(plainEvent(event));
    if (events.length >= eventsPerMessage) flush();
  };
  const options = {
    ...task.options,
    onSlice: beat,
    pulse: words,
    ...(task.events ? { onEvent } : {}),
  };
  const result = await executeCase(scenario, task.input, options, nodeHost);
  flush();
  answer({ type: 'result', result });
}

/** Values that a thread cannot send to another one become text. */
function plainEvent(event: TraceEvent): TraceEvent {
  if (event.type !== 'step' || event.changed === undefined) return event;
  const changed: Record<string, readonly [unknown, unknown]> = {};
  for (const [name, [before, after]] of Object.entries(event.changed)) {
    changed[name] = [sendable(before), sendable(after)];
  }
  return { ...event, changed };
}

function sendable(value: unknown): unknown {
  return typeof value === 'symbol' || typeof value === 'function' ? String(value) : value;
}

port.on('message', (task: WorkerTask) => {
  work(task).then(
    () => answer({ type: 'done' }),
    (error: unknown) => answer({ type: 'failed', error: toPlainError(error) }),
  );
});
