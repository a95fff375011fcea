import { isClosed, mayComeTo } from '../nodes/eligible.ts';
import { decideRestart } from '../services/restart.ts';
import {
  compareSlots,
  hasSlot,
  isWell,
  liveTask,
  rollingOf,
  stagedSlots,
  stagesOf,
} from '../services/slots.ts';
import type { Service } from '../state/rows.ts';
import type { ClusterState } from '../state/state.ts';
import { isLive } from '../state/task-index.ts';
import { type Deployment, hasEnded, targetOf } from './deployment.ts';

export const stepKinds = [
  'open-batch',
  'close-batch',
  'shift',
  'next-stage',
  'retire',
  'complete',
  'fail-failures',
  'fail-deadline',
] as const;
export type StepKind = (typeof stepKinds)[number];

/** What a deployment has to do next. */
export interface Decision {
  /** Null: nothing now. */
  readonly step: StepKind | null;
  /** When to ask again, should nothing happen before; null: only when something happens. */
  readonly dueUs: number | null;
}

const waits: Decision = { step: null, dueUs: null };
const now = (step: StepKind): Decision => ({ step, dueUs: null });
const at = (...timesUs: readonly number[]): Decision => ({
  step: null,
  dueUs: Math.min(...timesUs),
});

/**
 * The next step of a deployment: a pure function of state and time, so whoever leads goes on where
 * the last leader stopped. The entry that makes the step asks it again.
 */
export function decideStep(state: ClusterState, id: string, nowUs: number): Decision {
  const deployment = state.deployments.get(id);
  if (deployment === undefined || hasEnded(deployment) || deployment.paused !== 'none')
    return waits;
  const service = state.services.get(deployment.service);
  if (service === undefined || service.removing) return waits;
  if (hasTooManyFailures(state, service, deployment)) return now('fail-failures');
  if (deployment.strategy === 'rolling') return rolling(state, service, deployment, nowUs);
  return sideBySide(state, service, deployment, nowUs);
}

/** The limits that hold for tasks of the wanted revision. */
function watchOf(service: Readonly<Service>, deployment: Readonly<Deployment>) {
  const back = deployment.back || deployment.phase === 'rolling-back';
  return back ? service.spec.rollback : service.spec.update;
}

function hasTooManyFailures(
  state: ClusterState,
  service: Readonly<Service>,
  deployment: Readonly<Deployment>,
): boolean {
  const { maxFailurePerMille, onFailure } = watchOf(service, deployment);
  if (deployment.failures === 0 || onFailure === 'continue') return false;
  if (deployment.phase === 'retiring') return false;
  const { mode } = service.spec;
  const slots = state.index.services.get(deployment.service)?.slots.size ?? 0;
  const total = mode.kind === 'replicated' ? mode.replicas : slots;
  return deployment.failures * 1_000 > maxFailurePerMille * total;
}

function rolling(
  state: ClusterState,
  service: Readonly<Service>,
  deployment: Readonly<Deployment>,
  nowUs: number,
): Decision {
  if (deployment.batch.length > 0) {
    const settledUs = batchSettledUs(state, service, deployment, nowUs);
    if (settledUs !== null && settledUs <= nowUs) return now('close-batch');
    const deadlineUs = deployment.progressUs + service.spec.update.progressDeadlineUs;
    if (nowUs >= deadlineUs) return now('fail-deadline');
    return settledUs === null ? at(deadlineUs) : at(settledUs, deadlineUs);
  }
  if (nextBatch(state, service, deployment) === null) return now('complete');
  return nowUs < deployment.restUs ? at(deployment.restUs) : now('open-batch');
}

/** When the whole batch has been watched to its end; null while that cannot be said. */
function batchSettledUs(
  state: ClusterState,
  service: Readonly<Service>,
  deployment: Readonly<Deployment>,
  nowUs: number,
): number | null {
  let settledUs = 0;
  for (const slot of deployment.batch) {
    const slotUs = slotSettledUs(state, service, deployment, slot, nowUs);
    if (slotUs === null) return null;
    settledUs = Math.max(settledUs, slotUs);
  }
  return settledUs;
}

/** When a slot has been watched to its end; 0 when there is nothing to watch, null: not known yet. */
function slotSettledUs(
  state: ClusterState,
  service: Readonly<Service>,
  deployment: Readonly<Deployment>,
  slot: string,
  nowUs: number,
): number | null {
  if (!hasSlot(service, slot)) return 0;
  const revision = targetOf(deployment);
  const tasks = state.index.slot(deployment.service, slot);
  const live = liveTask(state, tasks, revision);
  if (service.spec.mode.kind === 'global') {
    // A node that has gone away, or takes nothing, holds nobody else up.
    const node = state.nodes.get(slot);
    if (node === undefined || isClosed(node)) return 0;
    const comes = live !== null || mayComeTo(state, slot, deployment.service, revision);
    if (!comes && !hasOther(state, tasks, revision)) return 0;
  }
  if (live !== null) {
    if (!isWell(state.tasks.get(live)!) || hasOther(state, tasks, revision)) return null;
    return state.tasks.get(live)!.healthyUs + watchOf(service, deployment).monitorUs;
  }
  if (hasOther(state, tasks, revision)) return null;
  const { service: id } = deployment;
  const { kind } = decideRestart(state, id, slot, revision, tasks, nowUs);
  return kind === 'never' ? 0 : null;
}

function hasOther(state: ClusterState, tasks: readonly string[], revision: number): boolean {
  return tasks.some((id) => {
    const task = state.tasks.get(id)!;
    return task.revision !== revision && isLive(task);
  });
}

/** The slots that are replaced next, and how far that comes; null when all have been. */
export function nextBatch(
  state: ClusterState,
  service: Readonly<Service>,
  deployment: Readonly<Deployment>,
): { readonly slots: readonly string[]; readonly cursor: string } | null {
  const { parallelism } = rollingOf(service, deployment);
  const slots: string[] = [];
  const revision = targetOf(deployment);
  for (const slot of slotsAfter(state, service, deployment)) {
    const tasks = state.index.slot(deployment.service, slot);
    const live = liveTask(state, tasks, revision);
    // One that came without a batch, and is not well yet, is watched like all others.
    const isThere = live !== null && isWell(state.tasks.get(live)!);
    if (isThere && !hasOther(state, tasks, revision)) continue;
    slots.push(slot);
    if (slots.length === parallelism) break;
  }
  return slots.length === 0 ? null : { slots, cursor: slots[slots.length - 1]! };
}

/** The slots that have not been visited, in order. */
function* slotsAfter(
  state: ClusterState,
  service: Readonly<Service>,
  { service: id, cursor }: Readonly<Deployment>,
): Generator<string> {
  const { mode } = service.spec;
  if (mode.kind === 'replicated') {
    const first = cursor === '' ? 1 : Number(cursor) + 1;
    for (let slot = first; slot <= mode.replicas; slot++) yield String(slot);
    return;
  }
  const slots = [...(state.index.services.get(id)?.slots.keys() ?? [])].sort(compareSlots);
  for (const slot of slots) if (cursor === '' || compareSlots(slot, cursor) > 0) yield slot;
}

function sideBySide(
  state: ClusterState,
  service: Readonly<Service>,
  deployment: Readonly<Deployment>,
  nowUs: number,
): Decision {
  const { to, phase, stage, shifted } = deployment;
  if (phase === 'retiring') return anyLive(state, deployment, false) ? waits : now('complete');
  if (phase === 'rolling-back') return anyLive(state, deployment, true) ? waits : now('complete');
  const stages = stagesOf(service, deployment)!;
  const { weight, holdUs } = stages[Math.min(stage, stages.length - 1)]!;
  const last = stage >= stages.length - 1;
  if (shifted) {
    const overUs = deployment.progressUs + holdUs;
    if (nowUs < overUs) return at(overUs);
    if (last) return now('retire');
    const promotes = stage === stages.length - 2;
    return promotes && !mayPromote(service, deployment) ? waits : now('next-stage');
  }
  let settledUs = 0;
  for (let slot = 1; slot <= stagedSlots(service, deployment); slot++) {
    const tasks = state.index.slot(deployment.service, String(slot));
    const live = liveTask(state, tasks, to);
    const task = live === null ? null : state.tasks.get(live)!;
    if (task === null || !isWell(task)) settledUs = Number.POSITIVE_INFINITY;
    else settledUs = Math.max(settledUs, task.healthyUs + service.spec.update.monitorUs);
  }
  const deadlineUs = deployment.progressUs + service.spec.update.progressDeadlineUs;
  if (settledUs <= nowUs) {
    const promotes = weight === 100 && stages.length === 1;
    return promotes && !mayPromote(service, deployment) ? waits : now('shift');
  }
  return nowUs >= deadlineUs ? now('fail-deadline') : at(settledUs, deadlineUs);
}

function mayPromote(service: Readonly<Service>, { approved }: Readonly<Deployment>): boolean {
  const { strategy } = service.spec.update;
  return approved || strategy.kind === 'rolling' || strategy.autoPromote;
}

/** Whether there is still a live task of the new revision, or of another. */
function anyLive(state: ClusterState, deployment: Readonly<Deployment>, ofNew: boolean): boolean {
  for (const tasks of state.index.services.get(deployment.service)?.slots.values() ?? []) {
    for (const id of tasks) {
      const task = state.tasks.get(id)!;
      if ((task.revision === deployment.to) === ofNew && isLive(task)) return true;
    }
  }
  return false;
}
