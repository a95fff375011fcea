import type { CaseFile } from '../record/case-file.ts';
import type { RunRecord } from '../record/run-record.ts';
import { UsageError } from '../record/usage-error.ts';
import type { Config } from '../sim/system-definition.ts';
import { nodeHost } from './host.ts';
import { executeCase } from './run-case.ts';
import type { RunInput, RunOptions, RunResult } from './run-contract.ts';
import type { Scenario } from './scenario-contract.ts';
import { installTrap } from './trap.ts';

/**
 * Runs one case, or one seed, in this thread.
 *
 * @throws UsageError when the input does not fit the scenario
 * @throws HarnessFault when a rung throws or the same case gives another digest
 */
export function runCase(
  scenario: Scenario,
  input: RunInput,
  options: RunOptions = {},
): Promise<RunResult> {
  installTrap();
  return executeCase(scenario, input, options, nodeHost);
}

/** What to run, for `run`. */
export interface RunSeedOptions extends RunOptions {
  /** Integer from 0 to 2^53 - 1. */
  readonly seed: number;
  /** Values in place of drawn ones, by path. */
  readonly settings?: Config;
}

/**
 * Runs one seed of a scenario in this thread, for use in any test runner.
 *
 * @throws UsageError when a setting does not fit the scenario
 * @throws HarnessFault when the harness itself is at fault
 * @example
 * const record = await run(pingPong, { seed: 7 });
 * // record.verdict => 'held'
 */
export async function run(scenario: Scenario, options: RunSeedOptions): Promise<RunRecord> {
  const { seed, settings, ...rest } = options;
  const input = { seed, ...(settings === undefined ? {} : { settings }) };
  return (await runCase(scenario, input, rest)).record;
}

/**
 * A case that goes like another one before a step and takes other turns from there on.
 *
 * @param step first step with new choices, from 1
 * @param salt tells forks at one step apart
 * @throws UsageError when the case is not made from a seed, or already forks at that step or later
 */
export function forkCase(file: CaseFile, step: number, salt: number): CaseFile {
  const { outcome: _, choices, ...rest } = file;
  if (choices.kind !== 'seed') {
    throw new UsageError('only a case that is made from a seed can fork', 'choices.kind');
  }
  if (!Number.isSafeInteger(step) || step < 1 || !Number.isSafeInteger(salt)) {
    throw new UsageError(`cannot fork at step ${step} with salt ${salt}`, 'fork', 'two integers');
  }
  const last = choices.forks.at(-1);
  if (last !== undefined && last[0] >= step) {
    throw new UsageError(`the case forks at step ${last[0]} already`, 'fork', 'a later step');
  }
  return { ...rest, choices: { ...choices, forks: [...choices.forks, [step, salt]] } };
}
