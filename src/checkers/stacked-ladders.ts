import type { Lifecycle, Step } from '../sim/observer.ts';
import type { Ladder, LadderOptions, LadderRun, Phase, Violation } from './ladder-contract.ts';

/**
 * Several ladders climbed together as one, each with its own ghost state: the ladder of what a system
 * is built on stands below that of the system. The first violation is that of the earliest step,
 * within a step that of the lower ladder.
 *
 * @throws TypeError when two ladders have a rung of the same id
 */
export function stackLadders(name: string, ladders: readonly Ladder[]): Ladder {
  const rungs = ladders.flatMap((one) => one.rungs);
  const twice = rungs.find(({ id }, at) => rungs.findIndex((one) => one.id === id) !== at);
  if (twice !== undefined) throw new TypeError(`ladder ${name}: two rungs are called ${twice.id}`);
  return {
    name,
    rungs,
    factsOf(violation) {
      for (const one of ladders) {
        const facts = one.factsOf?.(violation);
        if (facts !== undefined) return facts;
      }
      return undefined;
    },
    begin: (options: LadderOptions) =>
      new StackedRun(
        ladders.map((one) => one.begin(options)),
        options.stopAtFirst ?? true,
      ),
  };
}

class StackedRun implements LadderRun {
  readonly #runs: readonly LadderRun[];
  readonly #stopAtFirst: boolean;

  constructor(runs: readonly LadderRun[], stopAtFirst: boolean) {
    this.#runs = runs;
    this.#stopAtFirst = stopAtFirst;
  }

  get violation(): Violation | undefined {
    let first: Violation | undefined;
    for (const { violation } of this.#runs) {
      if (violation !== undefined && (first === undefined || violation.step < first.step)) {
        first = violation;
      }
    }
    return first;
  }

  get violations(): readonly Violation[] {
    const first = this.violation;
    if (this.#stopAtFirst) return first === undefined ? [] : [first];
    return this.#runs.flatMap(({ violations }) => violations);
  }

  get probes(): ReadonlyMap<string, number> {
    const all = new Map<string, number>();
    for (const { probes } of this.#runs) {
      for (const [name, count] of probes) all.set(name, (all.get(name) ?? 0) + count);
    }
    return all;
  }

  reports(): ReturnType<LadderRun['reports']> {
    return this.#runs.flatMap((one) => one.reports());
  }

  afterStep(step: Step): void {
    for (const one of this.#runs) one.afterStep?.(step);
  }

  promised(node: number, file: string, from: number, to: number): void {
    for (const one of this.#runs) one.promised?.(node, file, from, to);
  }

  directoryPromised(node: number, directory: string): void {
    for (const one of this.#runs) one.directoryPromised?.(node, directory);
  }

  lifecycle(node: number, what: Lifecycle, timeUs: number): void {
    for (const one of this.#runs) one.lifecycle?.(node, what, timeUs);
  }

  threw(node: number, error: unknown, timeUs: number): void {
    for (const one of this.#runs) one.threw?.(node, error, timeUs);
  }

  phase(phase: Phase, timeUs: number): void {
    for (const one of this.#runs) one.phase(phase, timeUs);
  }

  stuck(reason: string, timeUs: number): void {
    for (const one of this.#runs) one.stuck(reason, timeUs);
  }

  finish(): void {
    for (const one of this.#runs) one.finish();
  }
}
