import type { Component, NodeCard } from '../../../sim/component.ts';
import { type OrchestratorWireMessage, orchestratorCodec } from '../messages/orchestrator-codec.ts';
import { Machine } from '../runtime/machine.ts';
import { isOnNode, type TaskState, taskStates } from '../tasks/task-states.ts';
import { workerCard } from './card.ts';
import { Worker } from './worker.ts';
import type { WorkerOptions } from './worker-core.ts';

/** Where a worker stands: `cut off` without a session, however it came about. */
export type WorkerPhase = 'recovering' | 'cut off' | 'working';

/** Marks of a worker, cheap to compare. */
export interface WorkerView {
  phase: WorkerPhase;
  tasks: number;
  containers: number;
  mounts: number;
  owed: number;
  leaseHolds: boolean;
  /** Of the journal: each change of what is on the disk. */
  journal: number;
}

/** The component of a worker. Its machine outlives the lives of its agent, but not a loss of power. */
export function workerComponent(
  options: Omit<WorkerOptions, 'machine'>,
): Component<Worker, OrchestratorWireMessage, WorkerView, Machine> {
  return {
    name: 'worker',
    codec: orchestratorCodec,
    createMachine: () => new Machine(),
    create: (env, machine) => new Worker(env, { ...options, machine }),
    start: (worker) => worker.start(),
    message(worker, _env, from, message) {
      worker.message(from, message);
    },
    powerLost: (machine) => machine.powerOff(),
    createView: () => ({
      phase: 'recovering',
      tasks: 0,
      containers: 0,
      mounts: 0,
      owed: 0,
      leaseHolds: false,
      journal: 0,
    }),
    observe,
    role: phaseOf,
    card: (worker): NodeCard => workerCard(worker, phaseOf(worker)),
    abstractState,
  };
}

function phaseOf({ core, session }: Worker): WorkerPhase {
  if (core.phase === 'recovering') return 'recovering';
  return session === null ? 'cut off' : 'working';
}

function observe(worker: Worker, view: WorkerView): void {
  const { core } = worker;
  view.phase = phaseOf(worker);
  view.tasks = core.state.tasks.size;
  view.containers = core.options.machine.containers.size;
  view.mounts = core.options.machine.mounts.size;
  view.owed = core.state.owed.size;
  view.leaseHolds = core.leaseHolds;
  view.journal = core.journal.index;
}

const phases: readonly WorkerPhase[] = ['recovering', 'cut off', 'working'];

/** What the worker is about: small, however many tasks it has; of those it looks at a few. */
function abstractState(worker: Worker): number {
  const { core } = worker;
  let number = phases.indexOf(phaseOf(worker));
  number = number * 2 + (core.leaseHolds ? 1 : 0);
  number = number * 2 + (core.state.owed.size > 0 ? 1 : 0);
  number = number * 3 + Math.min(2, core.options.machine.mounts.size);
  let looked = 0;
  let highest: TaskState = 'new';
  let dropped = 0;
  for (const held of core.state.tasks.values()) {
    if (looked++ === 4) break;
    if (held.dropped) dropped = 1;
    if (isOnNode(held.status.observed)) highest = held.status.observed;
  }
  return (number * 2 + dropped) * taskStates.length + taskStates.indexOf(highest);
}
