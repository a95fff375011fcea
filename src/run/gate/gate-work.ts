import type { Finding, GateListener, Shard } from '../../record/gate-record.ts';
import type { Config } from '../../sim/system-definition.ts';
import type { MutantPatch } from '../mutant-patch.ts';
import type { ScenarioReference } from '../run-contract.ts';
import type { ScenarioBudget } from './gate-config.ts';

/** A sweep that a gate will do. */
export interface SweepTask {
  readonly kind: 'sweep';
  readonly name: string;
  readonly reference: ScenarioReference;
  readonly budget: ScenarioBudget;
  readonly settings: Config;
  readonly from: number;
  /** Infinity when only time ends it. */
  readonly to: number;
}

export interface DoctorTask {
  readonly kind: 'doctor';
  readonly name: string;
  readonly reference: ScenarioReference;
  readonly from: number;
  readonly to: number;
}

export interface CaseTask {
  readonly kind: 'case';
  readonly name: string;
  /** Relative to the working directory. */
  readonly path: string;
}

export interface CanaryTask {
  readonly kind: 'canary';
  readonly name: string;
  readonly system: string;
  /** Root of the source checkout. */
  readonly root: string;
  readonly mutant: MutantPatch;
  readonly from: number;
  readonly to: number;
}

export type GateTask = DoctorTask | CaseTask | SweepTask | CanaryTask;

/** What the machinery around a gate gives it. */
export interface GateSurroundings {
  readonly cwd: string;
  /** Absolute path of the only folder that is written to. */
  readonly output: string;
  readonly jobs: number | undefined;
  readonly shard: Shard | undefined;
  /** `YYYY-MM-DD`. */
  readonly today: string;
  readonly signal: AbortSignal;
  readonly listener: GateListener;
  /** The program that runs a copy of the sources with the canary in it. */
  readonly mutants: { program(copy: string): string };
  /**
   * Makes of a failure what is worth reporting: the place where the shrunk case, its record and its
   * story take the place of what was found.
   */
  settle(finding: Finding): Promise<Finding>;
}
