import type { Fault } from '../sim/fault-plan.ts';
import type { Config, Domain, OwedUnder, PhaseTimes } from '../sim/system-definition.ts';

/** What storms may do. */
export interface StormDefinition {
  readonly name: string;
  /** Fault kinds that may be drawn, with weights. Disk modes count one by one as `disk/<mode>`. */
  readonly families: Readonly<Record<string, number>>;
  /** Ranges of noise and topology, as knobs (`net.lossPerMillion`, `disk.latencyUs`, `clock.driftPpm`, ...). */
  readonly knobs: Readonly<Record<string, Domain>>;
  /**
   * Whether the fault budget holds. Without it the storm takes what `damage` says: any damage, and
   * only rungs owed under it are checked; or noticeable damage, on any number of nodes.
   */
  readonly withinTolerance: boolean;
  readonly damage: OwedUnder;
  /** Draws the plan. Same inputs, same plan. */
  drawPlan(config: Config, seed: number, phases: PhaseTimes): readonly Fault[];
}
