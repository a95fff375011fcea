import type { CaseFile } from '../record/case-file.ts';
import type { RunRecord } from '../record/run-record.ts';
import { UsageError } from '../record/usage-error.ts';
import type { RunInput, ScenarioReference } from '../run/run-contract.ts';
import type { Scenario } from '../run/scenario-contract.ts';
import { chooseScenario, replayCaseCommand, replayCommand } from './scenario-input.ts';
import { parseSeed } from './seeds.ts';

/** A run that happened before and is to be run again. */
export interface Subject {
  readonly reference: ScenarioReference;
  readonly scenario: Scenario;
  readonly input: RunInput;
  readonly config: RunRecord['config'];
  /** The case's own account of the run, when a case file gave one. */
  readonly expected: CaseFile['outcome'];
  /** First words of the output. */
  readonly title: string;
  /** The command that runs it again. */
  readonly replay: string;
}

/** What a person says about it on the command line. */
export interface SubjectOptions {
  readonly seed?: string;
  readonly set?: readonly string[];
}

/**
 * Finds what a person means: a case file or, with `--seed`, a seed of a scenario.
 *
 * @param verb for the suggestion when neither is given
 * @throws UsageError
 */
export async function subjectOf(
  argument: string,
  options: SubjectOptions,
  verb: string,
): Promise<Subject> {
  if (options.seed === undefined) return await caseSubject(argument, options, verb);
  const seed = parseSeed(options.seed);
  const { reference, scenario, settings } = await chooseScenario(argument, options.set);
  const { drawConfig } = await import('../run/draw-config.ts');
  return {
    reference,
    scenario,
    input: { seed, settings },
    config: drawConfig(scenario, seed, settings),
    expected: undefined,
    title: `seed ${seed}`,
    replay: replayCommand(argument, seed, options.set),
  };
}

async function caseSubject(
  argument: string,
  options: SubjectOptions,
  verb: string,
): Promise<Subject> {
  if (!argument.endsWith('.json')) {
    throw new UsageError(
      `${argument} is no case file, and no seed is given`,
      '',
      `seedstorm ${verb} ${argument} --seed 1, or the path of a .json file in logs/failures/`,
    );
  }
  if (options.set !== undefined) {
    throw new UsageError('a case file holds all settings already', '--set', 'edit its "config"');
  }
  const { readCase } = await import('../run/case-store.ts');
  const caseFile = readCase(argument);
  const { reference, scenario } = await chooseScenario(caseFile.scenario);
  const { choices } = caseFile;
  const base = choices.kind === 'seed' ? `seed ${choices.seed}` : 'calm but for a list';
  return {
    reference,
    scenario,
    input: caseFile,
    config: caseFile.config,
    expected: caseFile.outcome,
    title: `${base}, from ${argument}`,
    replay: replayCaseCommand(argument),
  };
}
