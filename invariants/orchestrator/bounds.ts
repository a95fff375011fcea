import type { Worker } from '../../src/systems/orchestrator/worker/worker.ts';
import type { OrchestratorFacts } from './moment.ts';
import { timingsOf } from './timings-of.ts';

/** Virtual time that elections may take, whatever they run into. */
const electionUs = 3_000_000;
/** Pulling an image with retries, starting it, finding it healthy. */
const startUs = 3_000_000;

/** Workers that are up. */
export function* workersOf({ world }: OrchestratorFacts): Generator<readonly [number, Worker]> {
  for (let node = 0; node < world.serverCount; node += 1) {
    if (world.component(node).name !== 'worker') continue;
    const worker = world.state(node) as Worker | undefined;
    if (worker !== undefined) yield [node, worker];
  }
}

/** How long the parts of a recovery may take, worked out from the times that the nodes have. */
export interface Bounds {
  /** Until every worker that can has a session with a new leader. */
  readonly sessionUs: number;
  /** Until what is wanted is there: L7 of the ladder. */
  readonly settledUs: number;
}

/**
 * The bounds of a cluster: backoff, lost calls, the loss of a node with all that is fenced there, the
 * longest stop, a start. Undefined before there is a worker.
 */
export function boundsOf(facts: OrchestratorFacts): Bounds | undefined {
  for (const [, worker] of workersOf(facts)) {
    const timings = timingsOf(worker);
    const { retryMostUs, callTimeoutUs, downUs, leaseUs, fenceMarginUs, batchUs } = timings;
    const sessionUs = electionUs + 2 * retryMostUs + 4 * callTimeoutUs;
    const noticedUs = downUs + leaseUs + fenceMarginUs + 2 * batchUs;
    return { sessionUs, settledUs: sessionUs + noticedUs + longestStopUs(facts) + startUs };
  }
  return undefined;
}

/** The longest time that a container may take to stop. */
export function longestStopUs({ oracle: { state }, objects }: OrchestratorFacts): number {
  const { longestStop } = objects;
  const changes = objects.changedServices.length;
  if (longestStop.asOfChanges === changes) return longestStop.longestUs;
  let longestUs = 0;
  for (const id of state?.services.keys() ?? []) {
    longestUs = Math.max(longestUs, state!.services.get(id)!.spec.template.stopGraceUs);
  }
  objects.longestStop = { asOfChanges: changes, longestUs };
  return longestUs;
}

/** How long nothing has disturbed the cluster: no fault, no new leader. Negative in the storm. */
export function quietUs(facts: OrchestratorFacts, nowUs: number): number {
  return nowUs - Math.max(facts.healedUs, facts.barrierUs);
}
