import type { CaseFile } from '../../record/case-file.ts';
import { phaseTimes } from '../../run/build-case.ts';
import { prepareRun } from '../../run/prepare-run.ts';
import type { Run, RunResult } from '../../run/run-contract.ts';
import type { Scenario } from '../../run/scenario-contract.ts';
import { combineObservers } from '../../sim/combine-observers.ts';
import type { WorldObserver } from '../../sim/observer.ts';
import type { HistoryLike } from '../../workload/clients-definition.ts';
import { Chronicle } from './chronicle.ts';

/** One run of a case, paused somewhere, with what a session remembers of it. */
export class Trail {
  readonly run: Run;
  readonly chronicle: Chronicle;
  readonly history: HistoryLike;
  /** The harness failed in this run: it goes no further. */
  fault: Error | undefined;
  #result: RunResult | undefined;

  /**
   * @param extra watches beside the chronicle
   * @throws UsageError when the case does not fit the scenario
   */
  constructor(
    scenario: Scenario,
    caseFile: CaseFile,
    drain: (() => void) | undefined,
    extra?: (trail: Trail) => WorldObserver,
  ) {
    const chronicle = new Chronicle(() => this.run.world, phaseTimes(scenario).endUs);
    let history: HistoryLike | undefined;
    const observers = [chronicle, ...(extra === undefined ? [] : [extra(this)])];
    this.chronicle = chronicle;
    this.run = prepareRun(
      scenario,
      caseFile,
      {
        name: caseFile.scenario,
        observer: combineObservers(observers),
        onHistory: (kept) => {
          history = kept;
        },
      },
      drain,
    );
    this.history = history ?? scenario.clients.newHistory();
    chronicle.attach(this.history);
    // The nodes begin their first lives.
    this.advance(0);
  }

  get steps(): number {
    return this.run.world.steps;
  }

  get timeUs(): number {
    return this.run.world.timeUs;
  }

  get done(): boolean {
    return this.run.done || this.fault !== undefined;
  }

  /** Goes on; a fault of the harness ends the trail instead of the session. */
  advance(maxSteps: number, untilUs?: number): void {
    if (this.done) return;
    try {
      this.run.advance(maxSteps, untilUs);
    } catch (error) {
      this.fault = error instanceof Error ? error : new Error(String(error));
    }
  }

  /** What the run leaves. Only for one that is done, or nobody goes on with. */
  result(): RunResult {
    this.#result ??= this.run.finish();
    return this.#result;
  }
}
