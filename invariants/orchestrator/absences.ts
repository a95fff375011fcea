import { workersOf } from './bounds.ts';
import type { OrchestratorFacts } from './moment.ts';
import { timingsOf } from './timings-of.ts';

/** Virtual time between two looks that follow each other: more than a pulse of the ledger. */
const lookUs = 1_000_000;

/**
 * Since when tasks have been without a container, look by look: one that has just ended is not missing
 * before its end can have been reported, or it started again.
 */
export class Absences {
  readonly #absent: Map<string, { sinceUs: number; lookedUs: number }> = new Map();

  /** For how long a task has had no container now, as far as somebody has looked. */
  ofTask({ machines }: OrchestratorFacts, task: string, nowUs: number): number {
    const [place] = machines.ofTask(task);
    if (place !== undefined) {
      this.#absent.delete(task);
      return 0;
    }
    const seen = this.#absent.get(task);
    // Nobody has looked for a while: what it was meanwhile is not known.
    const isSame = seen !== undefined && nowUs - seen.lookedUs <= lookUs;
    const sinceUs = isSame ? seen.sinceUs : nowUs;
    this.#absent.set(task, { sinceUs, lookedUs: nowUs });
    return nowUs - sinceUs;
  }
}

/** Virtual time in which an end goes to the disk, however slow, and into the log, with some noise. */
const saidUs = 2_000_000;

/**
 * How long a task that counts as running may be without a container: an end is reported in so many
 * calls, of which some get lost, or it is started again by the delay of its policy.
 */
export function absentBoundUs(facts: OrchestratorFacts, service: string): number {
  for (const [, worker] of workersOf(facts)) {
    const { callTimeoutUs, batchUs } = timingsOf(worker);
    const { spec } = facts.oracle.state!.services.get(service)!;
    return saidUs + 2 * (callTimeoutUs + batchUs) + spec.template.restart.delayUs;
  }
  return Number.POSITIVE_INFINITY;
}
