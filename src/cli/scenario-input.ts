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

/** A word as a shell takes it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The command that runs a seed again. */
export function replayCommand(
  scenario: string,
  seed: number,
  pairs: readonly string[] = [],
): string {
  const settings = pairs.flatMap((pair) => ['--set', shellWord(pair)]);
  return ['seedstorm', 'replay', shellWord(scenario), '--seed', seed, ...settings].join(' ');
}

/** The command that runs a case file again. */
export function replayCaseCommand(path: string): string {
  return `seedstorm replay ${shellWord(path)}`;
}
