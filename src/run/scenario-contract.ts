import type { Ladder } from '../checkers/ladder-contract.ts';
import type { Fault, FaultKind } from '../sim/fault-plan.ts';
import type { Config, SystemDefinition } from '../sim/system-definition.ts';
import type { WorldView } from '../sim/world-view.ts';
import type { ClientsDefinition } from '../workload/clients-definition.ts';
import type { StormDefinition } from '../workload/storm-definition.ts';

/** A scenario: what to run, in what weather, and what must hold. */
export interface Scenario {
  readonly summary: string;
  readonly system: SystemDefinition;
  readonly clients: ClientsDefinition;
  readonly storm: StormDefinition;
  readonly ladder: Ladder;
  readonly phases: { readonly formUs: number; readonly stormUs: number; readonly settleUs: number };
  /** Settings that are fixed here instead of drawn. */
  readonly fixed?: Config;
  /** A pinned plan, in place of a drawn one. */
  readonly plan?: readonly Fault[];
  /** Probes that a sweep of 200 seeds or more must have seen. */
  readonly requiredProbes?: readonly string[];
  /**
   * What this weather cannot bring about, with the reason: ids of rungs whose premise never holds
   * and cells that clients never reach. A sweep that meets one of them all the same says so.
   */
  readonly outOfReach?: Readonly<Record<string, string>>;
  /** Steps that one seed may take before it is inconclusive; default 1,000,000. */
  readonly stepLimit?: number;
  /** Fault kinds that must fire in a sweep of 200 or more; default: those of the storm. */
  readonly requiredFaults?: readonly FaultKind[];
  /** Called once on the fresh world, for pinned scenarios that steer by hand. */
  prepare?(world: WorldView): void;
}
