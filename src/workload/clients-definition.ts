import type { AnyComponent } from '../sim/component.ts';
import type { Config, Domain } from '../sim/system-definition.ts';

/** Collects what clients do; checkers read it. `src/workload/history.ts` has the implementation. */
export interface HistoryLike {
  readonly length: number;
  /** Gives it the world whose true time and step it notes. To be called once, before the run. */
  attach?(world: { readonly timeUs: number; readonly steps: number }): void;
  /** Tells it the phase of the run that begins, for the coverage table. */
  enterPhase?(phase: string): void;
  /** What `check` reads, when there is something that it can judge. */
  toJsonl?(): string;
  /** All operations in order of invocation, for pictures. */
  shown?(): readonly ShownOperation[];
  /** One of them, by its place in that order. */
  shownAt?(operation: number): ShownOperation;
  /** Calls back right after each completion with the place of the operation. */
  onComplete?(listener: (operation: number) => void): void;
}

/** An operation of a client, ready to be drawn. `src/record/run-trace.ts` says the same. */
export interface ShownOperation {
  readonly process: number;
  /** For example `put`. */
  readonly operation: string;
  /** The object that it is about; empty when there are no keys. */
  readonly key: string;
  /** What it asks for beside its name and key, in short; empty: nothing. */
  readonly asked: string;
  /** What it was told, or why it failed; empty: nothing. */
  readonly answer: string;
  /** `open`: not completed until the end of the run. */
  readonly outcome: 'ok' | 'fail' | 'info' | 'open';
  /** For example `linearizable`. */
  readonly consistency: string;
  readonly phase: string;
  readonly invokedUs: number;
  /** Null when it was never completed. */
  readonly completedUs: number | null;
  readonly invokedStep: number;
  readonly completedStep: number | null;
}

/** What clients saw of one run. `ok + fail + unknown` is the number of operations invoked. */
export interface OperationSummary {
  readonly ok: number;
  readonly fail: number;
  /** Neither an answer nor a certain failure until the end. */
  readonly unknown: number;
  /** Latency of each completed operation in virtual microseconds, in order of completion. */
  readonly latenciesUs: readonly number[];
}

/** Clients: components of their own, on the network, with intents to carry out. */
export interface ClientsDefinition {
  readonly name: string;
  readonly knobs: Readonly<Record<string, Domain>>;
  /** Draws the intents of a run: plain data, recorded in the case, shrinkable. Same inputs, same intents. */
  drawIntents(config: Config, seed: number): readonly unknown[];
  /** How many client endpoints there are. */
  count(config: Config): number;
  newHistory(): HistoryLike;
  /** The component of one client. */
  client(
    config: Config,
    peers: readonly string[],
    index: number,
    intents: readonly unknown[],
    history: HistoryLike,
  ): AnyComponent;
  /** Counts per operation, option, result and phase, for the census. */
  census(history: HistoryLike): Readonly<Record<string, number>>;
  /**
   * Cells of that census which a sweep of 2,000 seeds or more must have reached. A cell stands for
   * all that begin with its parts (`refused/put/disk-full`), and a part may end with `*`.
   */
  readonly requiredCells?: readonly string[];
  /** Totals for the census of a sweep; without it the census knows cells only. */
  summary?(history: HistoryLike): OperationSummary;
}
