import type { Certificate } from '../../../src/systems/orchestrator/identity/certificates.ts';
import type { AssignedTask } from '../../../src/systems/orchestrator/messages/worker-messages.ts';
import type { TaskState } from '../../../src/systems/orchestrator/tasks/task-states.ts';

/** What it knows after a restart. */
export interface Saved {
  seed: string;
  certificate: Certificate | null;
  roots: readonly { readonly id: number }[];
  /** By task. */
  tasks: Record<string, { sequence: number; observed: TaskState }>;
  /** Claims of tasks that have come here, until they are given back: by volume and epoch. */
  claims: Record<string, { task: string; volume: string; epoch: number }>;
}

export interface Running {
  task: AssignedTask;
  observed: TaskState;
  sequence: number;
  /** Its end is known to the managers. */
  told: boolean;
}
