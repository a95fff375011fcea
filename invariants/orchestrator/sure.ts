import type { Worker } from '../../src/systems/orchestrator/worker/worker.ts';
import type { Place } from './machines.ts';
import type { OrchestratorFacts } from './moment.ts';
import { timingsOf } from './timings-of.ts';

/** How long managers and a worker that came back may take until the one does what the others want. */
function syncUs(worker: Worker, graceUs: number): number {
  const { downUs, callTimeoutUs, retryMostUs, batchUs } = timingsOf(worker);
  return downUs + callTimeoutUs + retryMostUs + batchUs + graceUs;
}

/**
 * The managers know what is on a machine, and it has had the time to do what they want of it: then
 * nothing may stand in for what runs there.
 */
export function isSure(facts: OrchestratorFacts, { node, container }: Place): boolean {
  const { world, members, oracle, barrierUs } = facts;
  const row = oracle.state?.nodes.get(members.idOf(node));
  if (row?.status !== 'up' || world.damaged(node) || !world.clockWithinBounds(node)) return false;
  const worker = world.state(node) as Worker | undefined;
  if (worker === undefined || !worker.core.connected || !worker.core.leaseHolds) return false;
  const sinceUs = Math.max(facts.members.registeredUs(members.idOf(node)), barrierUs);
  return world.timeUs - sinceUs > syncUs(worker, container.spec.graceUs);
}
