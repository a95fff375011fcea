import type { RunInput, ScenarioReference } from '../../run/run-contract.ts';

/** What the thread of a session is started with. */
export interface WatchSetup {
  readonly reference: ScenarioReference;
  readonly input: RunInput;
  /** Two words: how many slices began or ended, and whether one is under way. */
  readonly pulse: SharedArrayBuffer;
}
