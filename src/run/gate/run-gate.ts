import type {
  GateListener,
  GatePart,
  GatePlan,
  GateRecord,
  KnownFailure,
} from '../../record/gate-record.ts';
import { HarnessFault } from '../../record/harness-fault.ts';
import type { GateSurroundings, GateTask } from './gate-work.ts';
import { gateRecord } from './make-record.ts';
import { canaryPart, casePart, doctorPart, sweepPart } from './run-parts.ts';

/** A gate to run. */
export interface GateInput {
  readonly plan: GatePlan;
  readonly tasks: readonly GateTask[];
  readonly known: readonly KnownFailure[];
  readonly around: GateSurroundings;
}

/**
 * Runs the parts of a gate one after another and tells the listener. A fault of the harness ends it,
 * because nothing that comes after could be believed; so does an interruption. What was not run then
 * is part of the record as such.
 *
 * @throws UsageError when a case or a mutant that the configuration names is wrong
 */
export async function runGate(input: GateInput): Promise<GateRecord> {
  const { plan, tasks, known, around } = input;
  const { listener, signal } = around;
  const at = new Date().toISOString();
  const began = performance.now();
  const parts: GatePart[] = [];
  const soFar = (): GateRecord => {
    const all = [...parts, ...tasks.slice(parts.length).map(notRun)];
    const end = { at, wallMs: Math.round(performance.now() - began), interrupted: signal.aborted };
    return gateRecord(plan, all, known, end);
  };
  listener.onBegin?.(plan);
  for (const task of tasks) {
    if (signal.aborted) break;
    listener.onPartBegin?.({ kind: task.kind, name: task.name });
    const part = await runPart(task, around, known);
    parts.push(part);
    listener.onPart?.(part, soFar());
    if (part.verdict === 'fault') break;
  }
  return tellEnd(listener, soFar());
}

async function tellEnd(listener: GateListener, record: GateRecord): Promise<GateRecord> {
  await listener.onEnd?.(record);
  return record;
}

async function runPart(
  task: GateTask,
  around: GateSurroundings,
  known: readonly KnownFailure[],
): Promise<GatePart> {
  const began = performance.now();
  const wallMs = (): number => Math.round(performance.now() - began);
  try {
    switch (task.kind) {
      case 'doctor':
        return { ...(await doctorPart(task, around)), wallMs: wallMs() };
      case 'case':
        return { ...(await casePart(task, around, known)), wallMs: wallMs() };
      case 'sweep':
        return { ...(await sweepPart(task, around, known)), wallMs: wallMs() };
      case 'canary':
        return { ...(await canaryPart(task, around)), wallMs: wallMs() };
    }
  } catch (error) {
    if (!(error instanceof HarnessFault)) {
      // Ctrl-C may reach a child before it reaches us.
      if (around.signal.aborted) return notRun(task);
      throw error;
    }
    const seed = error.seed === undefined ? '' : ` (seed ${error.seed})`;
    const reasons = [`fault of the harness${seed}: ${error.message}`, ...error.details];
    return { ...notRun(task), verdict: 'fault', reasons, wallMs: wallMs() };
  }
}

function notRun(task: GateTask): GatePart {
  const { name } = task;
  const base = {
    name,
    verdict: 'not run',
    reasons: ['not run: the gate ended before'],
    notes: [],
    findings: [],
    wallMs: 0,
  } as const;
  switch (task.kind) {
    case 'doctor': {
      const { from, to, reference } = task;
      const scenario = reference.name;
      return { ...base, kind: 'doctor', scenario, from, to, ways: [], events: 0, differences: [] };
    }
    case 'case':
      return { ...base, kind: 'case', path: task.path, scenario: '' };
    case 'sweep':
      return {
        ...base,
        kind: 'sweep',
        scenario: task.reference.name,
        ranges: [],
        requiredProbes: task.budget.requiredProbes ?? [],
      };
    case 'canary':
      return {
        ...base,
        kind: 'canary',
        system: task.system,
        mutant: task.mutant.id,
        title: task.mutant.title,
      };
  }
}
