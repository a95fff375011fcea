import { DueQueue } from '../../common/due-queue.ts';
import { decideStep } from '../deployments/decide.ts';
import type { CommandOf } from '../state/command.ts';
import type { ClusterState } from '../state/state.ts';

/** Finds the deployments that have a step to make. */
export class DeploymentController {
  private readonly state: ClusterState;
  /** Services whose deployment is to be looked at. */
  private readonly dirty: Set<string> = new Set();
  private readonly due: DueQueue<string> = new DueQueue();

  constructor(state: ClusterState) {
    this.state = state;
  }

  get nextUs(): number | null {
    return this.due.nextUs;
  }

  mark(service: string): void {
    this.dirty.add(service);
  }

  pass(nowUs: number): CommandOf<'step-deployment'>[] {
    for (let due = this.due.pop(nowUs); due !== null; due = this.due.pop(nowUs)) {
      this.dirty.add(due.key);
    }
    const steps: CommandOf<'step-deployment'>[] = [];
    for (const service of [...this.dirty].sort()) {
      const deployment = this.state.services.get(service)?.deployment ?? '';
      const row = this.state.deployments.get(deployment);
      const { step, dueUs } = decideStep(this.state, deployment, nowUs);
      if (row !== undefined && step !== null) {
        steps.push({ kind: 'step-deployment', deployment, version: row.version, step });
        continue;
      }
      this.dirty.delete(service);
      if (dueUs !== null) this.due.push(dueUs, service);
    }
    return steps;
  }
}
