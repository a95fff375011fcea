import { releaseRevisions } from '../services/revisions.ts';
import { stagesOf } from '../services/slots.ts';
import type { Service } from '../state/rows.ts';
import type { ClusterState } from '../state/state.ts';
import { isLive } from '../state/task-index.ts';
import { nextBatch, type StepKind } from './decide.ts';
import { type Deployment, type DeploymentPhase, hasEnded, phaseEdges } from './deployment.ts';

/** Makes a step that has been decided. The row of the deployment is the whole of what it changes. */
export function makeStep(state: ClusterState, id: string, step: StepKind): void {
  const deployment = state.deployments.edit(id);
  const service = state.services.edit(deployment.service);
  deployment.version += 1;
  switch (step) {
    case 'open-batch': {
      const { slots, cursor } = nextBatch(state, service, deployment)!;
      deployment.batch = slots;
      deployment.cursor = cursor;
      break;
    }
    case 'close-batch':
      deployment.batch = [];
      deployment.restUs = state.timeUs + delayOf(service, deployment);
      break;
    case 'shift':
      shift(service, deployment);
      break;
    case 'next-stage':
      deployment.stage += 1;
      deployment.shifted = false;
      break;
    case 'retire':
      enter(deployment, 'retiring');
      break;
    case 'complete':
      complete(state, deployment.service, service, deployment);
      break;
    case 'fail-failures':
    case 'fail-deadline':
      fail(state, service, deployment, step === 'fail-failures' ? 'failures' : 'deadline');
      break;
  }
  deployment.progressUs = state.timeUs;
}

/** Goes from one phase to another. Throws where there is no way: a rule has been forgotten. */
export function enter(deployment: Deployment, phase: DeploymentPhase): void {
  if (!phaseEdges[deployment.phase].includes(phase)) {
    throw new Error(`no way from ${deployment.phase} to ${phase}`);
  }
  deployment.phase = phase;
}

function delayOf(service: Readonly<Service>, deployment: Readonly<Deployment>): number {
  const { update, rollback } = service.spec;
  if (deployment.back || deployment.phase === 'rolling-back') return rollback.delayUs;
  return update.strategy.kind === 'rolling' ? update.strategy.delayUs : 0;
}

function shift(service: Service, deployment: Deployment): void {
  const stages = stagesOf(service, deployment)!;
  const { weight } = stages[Math.min(deployment.stage, stages.length - 1)]!;
  service.share = { revision: deployment.to, weight };
  deployment.shifted = true;
  if (weight === 100) deployment.promoted = true;
}

function complete(state: ClusterState, id: string, service: Service, deployment: Deployment): void {
  const back = deployment.phase === 'rolling-back';
  enter(deployment, back ? 'rolled-back' : 'completed');
  deployment.batch = [];
  close(state, service);
  service.share = null;
  // There is no way back from a way back.
  service.previousRevision = back || deployment.back ? 0 : deployment.from;
  // What a deployment before this one has left in some slots is replaced slot by slot as well: the
  // way back from side by side has only taken one side away.
  if (deployment.strategy !== 'rolling' && back && hasOthers(state, id, service.revision)) {
    beginDeployment(state, id, service, service.revision, true);
  }
  releaseRevisions(state, id);
}

/** A slot has a live task of another revision, and of none besides: it is all that runs there. */
function hasOthers(state: ClusterState, id: string, revision: number): boolean {
  for (const tasks of state.index.services.get(id)?.slots.values() ?? []) {
    const live = tasks.map((task) => state.tasks.get(task)!).filter(isLive);
    if (live.length > 0 && live.every((task) => task.revision !== revision)) return true;
  }
  return false;
}

function fail(
  state: ClusterState,
  service: Service,
  deployment: Deployment,
  reason: 'failures' | 'deadline',
): void {
  const rollsBack = service.spec.update.onFailure === 'rollback' && mayRollBack(deployment);
  if (rollsBack) rollBack(state, service, deployment);
  else deployment.paused = reason;
}

/** A rollback is never rolled back, and what has been retired cannot come back by itself. */
export function mayRollBack(deployment: Readonly<Deployment>): boolean {
  return deployment.phase === 'updating' && !deployment.back;
}

/**
 * Turns a deployment round, in one commit: the traffic, the revision that is wanted and the template
 * that goes with it.
 */
export function rollBack(state: ClusterState, service: Service, deployment: Deployment): void {
  enter(deployment, 'rolling-back');
  deployment.paused = 'none';
  deployment.failures = 0;
  deployment.batch = [];
  deployment.cursor = '';
  deployment.restUs = 0;
  deployment.progressUs = state.timeUs;
  restore(state, deployment.service, service, deployment.from);
}

/** Makes a revision the one that is wanted, with its template. */
export function restore(state: ClusterState, id: string, service: Service, revision: number): void {
  const { template } = state.revisions.get(id, revision)!.spec;
  service.spec = { ...service.spec, template };
  service.revision = revision;
  service.previousRevision = 0;
  service.share = null;
  service.version += 1;
}

/** The deployment under way becomes the last one; the one before it is forgotten. */
function close(state: ClusterState, service: Service): void {
  if (service.deployment === '') return;
  if (service.lastDeployment !== '') state.deployments.delete(service.lastDeployment);
  service.lastDeployment = service.deployment;
  service.deployment = '';
}

/** Begins a deployment. One that is under way is given up, and its work is built upon. */
export function beginDeployment(
  state: ClusterState,
  id: string,
  service: Service,
  to: number,
  back: boolean,
): void {
  let from = service.revision;
  const before = state.deployments.get(service.deployment);
  if (before !== undefined && !hasEnded(before)) {
    const row = state.deployments.edit(service.deployment);
    from = row.promoted && row.phase !== 'rolling-back' ? row.to : row.from;
    enter(row, 'superseded');
    row.version += 1;
    row.batch = [];
  }
  close(state, service);
  const deployment = state.nextId();
  // Back to where the one that is given up came from: there are no two sides to go between.
  const returns = back || from === to;
  state.deployments.insert(deployment, {
    service: id,
    strategy: returns ? 'rolling' : service.spec.update.strategy.kind,
    from,
    to,
    back: returns,
    createdIndex: state.applied,
    phase: 'updating',
    paused: 'none',
    version: 1,
    progressUs: state.timeUs,
    failures: 0,
    batch: [],
    cursor: '',
    restUs: 0,
    stage: 0,
    shifted: false,
    promoted: false,
    approved: false,
  });
  service.deployment = deployment;
  // Side by side nothing of the traffic goes over before a step says so.
  const sideBySide = !returns && service.spec.update.strategy.kind !== 'rolling';
  service.share = sideBySide ? { revision: to, weight: 0 } : null;
}

/** A task of the revision that a deployment brings in has failed: that counts, once. */
export function countFailure(state: ClusterState, serviceId: string, revision: number): void {
  const service = state.services.get(serviceId);
  const deployment = service === undefined ? undefined : state.deployments.get(service.deployment);
  if (service === undefined || deployment === undefined || hasEnded(deployment)) return;
  const target = deployment.phase === 'rolling-back' ? deployment.from : deployment.to;
  if (revision === target) state.deployments.edit(service.deployment).failures += 1;
}
