export { replayCaseCommand, replayCommand, shellWord } from '../record/replay-command.ts';

import type { ScenarioReference } from '../run/run-contract.ts';
import type { Scenario } from '../run/scenario-contract.ts';
import type { Config } from '../sim/system-definition.ts';

/** A scenario that the command line named, loaded, with the settings given beside it. */
export interface ChosenScenario {
  readonly reference: ScenarioReference;
  readonly scenario: Scenario;
  readonly settings: Config;
}

/** Finds and loads a scenario and reads `--set` for it. @throws UsageError */
export async function chooseScenario(
  argument: string,
  pairs: readonly string[] = [],
): Promise<ChosenScenario> {
  const { findScenario, loadScenario } = await import('../run/loader.ts');
  const reference = findScenario(argument, process.cwd());
  const scenario = await loadScenario(reference);
  const { parseSettings } = await import('../run/draw-config.ts');
  return { reference, scenario, settings: parseSettings(pairs, scenario) };
}
