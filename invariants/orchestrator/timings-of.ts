import type { OrchestratorTimings } from '../../src/systems/orchestrator/timings.ts';
import type { Worker } from '../../src/systems/orchestrator/worker/worker.ts';

/** The times that all nodes of the cluster share, as a worker was given them. */
export function timingsOf({ core }: Worker): OrchestratorTimings {
  return core.options.timings;
}
