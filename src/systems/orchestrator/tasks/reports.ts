import { countFailure } from '../deployments/steps.ts';
import type { CommandOf, TaskReport } from '../state/command.ts';
import { type Reply, refuse } from '../state/reply.ts';
import type { ClusterState } from '../state/state.ts';
import { changeTask, stepTask } from './task-life.ts';
import { hasFailed, isOnNode, mayStep } from './task-states.ts';

/**
 * What a worker says of its tasks, merged in: states go forward only, an older report changes
 * nothing, and no field is touched that is the managers'.
 */
export function mergeReports(
  state: ClusterState,
  { node, registration, reports }: CommandOf<'report'>,
): Reply {
  const row = state.nodes.get(node);
  if (row === undefined) return refuse('not-found', node);
  if (row.registration !== registration || row.status !== 'up') return refuse('stale', node);
  let effective = 0;
  for (const report of reports) if (mergeReport(state, node, report)) effective += 1;
  return { kind: 'batch', effective };
}

function mergeReport(state: ClusterState, node: string, report: TaskReport): boolean {
  const before = state.tasks.get(report.task);
  if (before === undefined || before.node !== node || !isOnNode(before.observed)) return false;
  if (report.sequence <= before.sequence) return false;
  const steps = report.observed !== before.observed;
  if (steps && !mayStep('agent', before.observed, report.observed)) return false;
  const wanted = before.desired === 'ready' || before.desired === 'running';
  const { spec } = state.revisions.get(before.service, before.revision)!;
  const probed = spec.template.health !== null;
  changeTask(state, report.task, (task) => {
    if (steps) stepTask(task, 'agent', report.observed);
    task.sequence = report.sequence;
    task.health = report.health;
    task.exitCode = report.exitCode;
    task.reason = report.reason;
    if (task.observed === 'running' && task.startedUs === 0) task.startedUs = state.timeUs;
    const content = !probed || report.health === 'healthy';
    if (task.observed !== 'running' || !content) task.healthyUs = 0;
    else if (task.healthyUs === 0) task.healthyUs = state.timeUs;
  });
  if (steps && hasFailed(report.observed) && wanted) {
    notePenalty(state, node, before.service);
    countFailure(state, before.service, before.revision);
  }
  return true;
}

function notePenalty(state: ClusterState, node: string, service: string): void {
  const { penaltyFailures, penaltyWindowUs } = state.settings;
  if (state.penalties.get(node, service) === undefined) {
    state.penalties.insert(node, service, { times: [] });
  }
  const row = state.penalties.edit(node, service);
  const recent = row.times.filter((timeUs) => timeUs + penaltyWindowUs > state.timeUs);
  row.times = [...recent, state.timeUs].slice(-penaltyFailures);
}
