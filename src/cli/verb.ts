import type { Command } from 'commander';
import type { ExitCode } from './exit-code.ts';
import { gather } from './option-values.ts';

/** One verb of the command line: it declares its options here and loads the rest when it is used. */
export interface Verb {
  /**
   * Adds description, arguments, options and the action.
   * @param finish takes the exit code when the action is done
   */
  define(command: Command, finish: (code: ExitCode) => void): void;
}

/** Options that most verbs share. */
export interface CommonOptions {
  readonly json?: true;
  /** False after `--no-color`. */
  readonly color: boolean;
}

/** Options of verbs that load a scenario. */
export interface ScenarioOptions extends CommonOptions {
  /** Unparsed `path=value` pairs. */
  readonly set?: readonly string[];
}

/** Options of verbs that run a scenario as it is told. */
export interface RunningOptions extends ScenarioOptions {
  readonly paranoid?: true;
  /** Unparsed ids, separated by commas. */
  readonly rungs?: string;
}

/** Options of verbs that shrink what fails. */
export interface ShrinkingOptions {
  /** False after `--no-shrink`. */
  readonly shrink: boolean;
}

/** Declares `--no-shrink`. */
export function addShrinkingOptions(command: Command): Command {
  return command.option('--no-shrink', 'do not look for the smallest case of what fails');
}

/** Declares `--json` and `--no-color`. */
export function addCommonOptions(command: Command): Command {
  return command
    .option('--json', 'print one line of JSON on standard output')
    .option('--no-color', 'print without colours (NO_COLOR does it too)');
}

/** Declares `--set` and the common options. */
export function addScenarioOptions(command: Command): Command {
  return addCommonOptions(
    command.option(
      '--set <path=value>',
      'fix a drawn setting; may be repeated (list <scenario> shows the paths)',
      gather,
    ),
  );
}

/** Declares `--paranoid`, `--set` and the common options. */
export function addRunningOptions(command: Command): Command {
  return addScenarioOptions(
    command
      .option('--paranoid', 'send messages through their codec and freeze them; same digest')
      .option('--rungs <ids>', 'judge by these rungs only (list rungs shows them)'),
  );
}
