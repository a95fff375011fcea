import type { ChoiceBase } from '../sim/choices.ts';
import type { Fault } from '../sim/fault-plan.ts';

/** Everything that decides a run: the input of a replay, small enough to read and to edit. */
export interface CaseFile {
  /** Layout of this file. */
  readonly schema: 'seedstorm-case/1';
  /** Name or path of the scenario, as given to the command line. */
  readonly scenario: string;
  /** Drawn settings, all of them. */
  readonly config: Readonly<Record<string, number | string | boolean>>;
  readonly plan: readonly Fault[];
  /** What the clients want to do; the workload knows their shape. */
  readonly intents: readonly unknown[];
  readonly choices: ChoiceBase;
  /** `identityVersion` of each codec, by component name. */
  readonly identityVersions: Readonly<Record<string, number>>;
  /** What the run that this file was made from had to say. */
  readonly outcome?: {
    readonly verdict: 'held' | 'broken' | 'inconclusive';
    readonly rung?: string;
    readonly key?: string;
    readonly step?: number;
    readonly digest: string;
  };
}
