import type { AgentOptions } from './agent.ts';
import type { Plan } from './plan.ts';
import type { RunVerb } from './tree-verbs.ts';

/** What ends a run of the loop before the ladder is held. */
export interface Limits {
  readonly iterations: number;
  /** Real time, that of a run that was cut off included. */
  readonly wallMs: number;
  readonly tokens?: number | undefined;
  readonly costUsd?: number | undefined;
  /** Attempts of the agent at one failure. */
  readonly attempts: number;
  /** Calls in a row that the provider did not answer. */
  readonly outages: number;
  /** Pause after the first of them; it doubles. */
  readonly backoffMs: number;
  /** Real time to shrink a failure. */
  readonly shrinkSeconds: number;
}

/** Who watches a run. */
export interface RalphListener {
  /** An iteration begins. */
  onIteration?(iteration: number, rung: string): void;
  /** Something that is worth a line. */
  onLine?(text: string): void;
  /** A command begins in a tree. */
  onCommand?(command: string, tree: string, pid: number): void;
}

/** A run of the loop. */
export interface RalphOptions {
  /** Root of the project. */
  readonly root: string;
  readonly plan: Plan;
  /** Path of the plan from the root. */
  readonly planName: string;
  /** Undefined: the loop climbs until something is red. */
  readonly agent?: AgentOptions | undefined;
  /** Commits the evidence of each rung that is held. An agent's repairs are always committed. */
  readonly commit: boolean;
  /** Worker threads of sweeps. */
  readonly jobs: number;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  /** Gives what runs verbs for a run of the loop; tests give their own. */
  readonly verbs: (run: string) => RunVerb;
  readonly listener?: RalphListener | undefined;
}

/** Why a run ended. */
export type StopVerdict =
  | 'ladder held'
  | 'red'
  | 'inconclusive'
  | 'unusable'
  | 'budget spent'
  | 'blocked on diagnosis'
  | 'blocked on a person'
  | 'provider unavailable'
  | 'fault'
  | 'interrupted';

/** The end of a run, or of what an iteration wants to end it with. */
export interface Stop {
  readonly verdict: StopVerdict;
  readonly why: string;
}

/** What a run came to. */
export interface RalphRecord extends Stop {
  readonly schema: 'seedstorm-ralph/1';
  readonly run: string;
  /** Iterations that came to their end, those before a cut included. */
  readonly iterations: number;
  /** Rungs that are held for the tree at the end, from the lowest on. */
  readonly held: readonly string[];
  readonly rungs: number;
  /** Hash of the sources at the end. */
  readonly tree: string;
  /** Folder of the last bundle, from the root. */
  readonly bundle?: string | undefined;
  /** Last log, from the root. */
  readonly log?: string | undefined;
  /** Where the agent's repairs are. */
  readonly branch?: string | undefined;
}
