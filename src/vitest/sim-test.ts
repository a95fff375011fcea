import { isAbsolute, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type TestContext, test } from 'vitest';
import { replayCommand, shellWord } from '../record/replay-command.ts';
import type { RunRecord } from '../record/run-record.ts';
import { UsageError } from '../record/usage-error.ts';
import { failureBlock } from '../report/failure-block.ts';
import { storyText } from '../report/story/story-text.ts';
import { tellStory } from '../report/story/tell-story.ts';
import { readCase, shrunkPath, writeCaseTo } from '../run/case-store.ts';
import { findScenario, listScenarios, loadScenario } from '../run/loader.ts';
import { run } from '../run/run.ts';
import type { ScenarioReference } from '../run/run-contract.ts';
import type { Scenario } from '../run/scenario-contract.ts';
import { shrinkCase } from '../run/shrink/shrink-case.ts';
import { gatherFacts } from '../run/story/gather-facts.ts';
import { sweep } from '../run/sweep.ts';
import type { Config } from '../sim/system-definition.ts';

/** How to test a scenario. */
export interface SimTestOptions {
  /** Seeds 1..N, or a range with both ends. Default 50. */
  readonly seeds?: number | readonly [from: number, to: number];
  /** Values in place of drawn ones, by path. */
  readonly set?: Config;
  /** Milliseconds of real time after which the test fails. Default 120,000. */
  readonly timeout?: number;
  /** As vitest's own option, whose default stays. The same seeds give the same outcome again. */
  readonly retry?: number;
  /** Worker threads, for a scenario that is given by its file. Default: one per processor. */
  readonly jobs?: number;
  /**
   * Whether an inconclusive run (a budget that was spent, a law that could not be decided) fails the
   * test. Default true: unknown is never green.
   */
  readonly strict?: boolean;
}

const defaults = { seeds: 50, timeoutMs: 120_000 };
/** How long a red test looks for a smaller run: at most, and as a share of its time-out. */
const longestShrinkMs = 10_000;
const shrinkShare = 0.2;
/** Names one seed that all `simTest`s run in place of their own. */
const seedVariable = 'SEEDSTORM_SEED';
const failuresDirectory = 'logs/failures';

type Subject = Scenario | ScenarioReference;

/** Declares a test; `simTest` and its variants are called so. */
export type DeclareSimTest = (
  name: string,
  scenario: Scenario | URL | string,
  options?: SimTestOptions,
) => void;

/** `simTest`, with the variants that vitest's `test` has too. */
export interface SimTest extends DeclareSimTest {
  /** Runs this test alone; for while you work. */
  readonly only: DeclareSimTest;
  /** Says that the test is there and does not run it. */
  readonly skip: DeclareSimTest;
}

function declaredBy(
  declare: (
    name: string,
    options: { timeout: number; retry?: number },
    body: (context: TestContext) => Promise<void>,
  ) => void,
): DeclareSimTest {
  return (name, scenario, options = {}) => {
    const { timeout = defaults.timeoutMs, retry } = options;
    const own = { timeout, ...(retry === undefined ? {} : { retry }) };
    declare(name, own, (context) => runSeeds(name, scenario, options, context));
  };
}

/**
 * A vitest test that runs a scenario over many seeds and fails at the first red one, with the rung,
 * the values that disagree, what led there, the command that runs that seed again, and the story of
 * the smallest run that was found to fail in the same way.
 *
 * A scenario that is given as a value runs in the test's thread, where a debugger finds it, and watch
 * mode knows what it imports. One that is given by its file (a URL, a path, or a name in `scenarios/`)
 * runs in worker threads. `SEEDSTORM_SEED=17` in the environment runs that seed alone.
 *
 * Filters, `retry`, `--bail`, time-outs and watch mode are those of vitest.
 */
export const simTest: SimTest = Object.assign(declaredBy(test), {
  only: declaredBy(test.only),
  skip: declaredBy(test.skip),
});

async function runSeeds(
  name: string,
  given: Scenario | URL | string,
  options: SimTestOptions,
  { signal, task }: TestContext,
): Promise<void> {
  const cwd = process.cwd();
  const subject = subjectOf(given, cwd);
  const { set, jobs, strict = true } = options;
  let red: RunRecord | undefined;
  const { record } = await sweep(subject, {
    seeds: seedsOf(options, process.env[seedVariable]),
    failFast: true,
    signal,
    failuresDirectory,
    ...(set === undefined ? {} : { settings: set }),
    ...(jobs === undefined ? {} : { jobs }),
    onFailure: (failed) => {
      red ??= failed;
    },
  });
  if (signal.aborted) return;
  const file = relative(cwd, task.file.filepath);
  if (red !== undefined) {
    const known = 'moduleUrl' in subject ? subject : await fileOf(subject, red, set, cwd);
    const story = await storyOf(known ?? subject, red, options, signal);
    throw new SimulationFailure(red, again(red, known, set, file, name), story);
  }
  const open = record.inconclusive > 0 || record.held === 0;
  if (strict && open) throw inconclusive(record.reasons);
}

/** The seeds of a test; one of the environment goes before. */
export function seedsOf(
  { seeds = defaults.seeds }: SimTestOptions,
  told: string | undefined,
): number | readonly [from: number, to: number] {
  if (told === undefined || told === '') return seeds;
  const seed = /^\d+$/.test(told) ? Number(told) : Number.NaN;
  if (!Number.isSafeInteger(seed)) {
    throw new UsageError(`"${told}" is not a seed`, seedVariable, 'a whole number from 0 on');
  }
  return [seed, seed];
}

function subjectOf(given: Scenario | URL | string, cwd: string): Subject {
  if (given instanceof URL) return referenceTo(fileURLToPath(given), cwd);
  if (typeof given !== 'string') return given;
  return isAbsolute(given) ? referenceTo(given, cwd) : findScenario(given, cwd);
}

/** As a person in the working directory would type it. */
function referenceTo(path: string, cwd: string): ScenarioReference {
  const inside = relative(cwd, path);
  return findScenario(inside.startsWith('..') ? resolve(path) : `./${inside}`, cwd);
}

/**
 * The file in `scenarios/` whose scenario is the given one: the same summary, and the same run of the
 * red seed to the last bit, so that the command that replays it is no guess.
 */
async function fileOf(
  { summary }: Scenario,
  red: RunRecord,
  set: Config | undefined,
  cwd: string,
): Promise<ScenarioReference | undefined> {
  const settings = set === undefined ? {} : { settings: set };
  const seed = red.seed ?? 0;
  for (const reference of listScenarios(cwd)) {
    try {
      const other = await loadScenario(reference);
      if (other.summary !== summary) continue;
      const record = await run(other, { seed, aftermath: false, ...settings });
      if (record.digest === red.digest) return reference;
    } catch {
      // A file that cannot be loaded is not the one.
    }
  }
  return undefined;
}

/** What happened in the smallest run that fails like this one, as far as time allows to find it. */
async function storyOf(
  subject: Subject,
  { case: path }: RunRecord,
  { jobs, timeout = defaults.timeoutMs }: SimTestOptions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (path === undefined) return [];
  const threads = jobs === undefined ? {} : { jobs };
  const timeMs = Math.min(longestShrinkMs, timeout * shrinkShare);
  try {
    const { caseFile } = await shrinkCase(subject, readCase(path), { timeMs, signal, ...threads });
    const small = shrunkPath(path);
    writeCaseTo(small, caseFile);
    const story = tellStory(await gatherFacts(subject, caseFile, threads));
    return [
      '',
      `the smallest run that was found to fail like it: ${small}`,
      '',
      ...storyText(story),
    ];
  } catch (error) {
    // What fails in one thread need not fail in another: the failure itself is told all the same.
    if (error instanceof UsageError) return ['', `no story: ${error.message}`];
    throw error;
  }
}

/** The command that runs a red seed again. */
function again(
  { seed }: RunRecord,
  reference: ScenarioReference | undefined,
  set: Config = {},
  file: string,
  name: string,
): string {
  const pairs = Object.entries(set).map(([path, value]) => `${path}=${value}`);
  if (reference !== undefined) return `npx ${replayCommand(reference.name, seed ?? 0, pairs)}`;
  const pattern = name.replaceAll(/[$"`\\]/g, '.');
  return `${seedVariable}=${seed} npx vitest run ${shellWord(file)} -t "${pattern}"`;
}

/** A rung that broke, as vitest prints it: the message is the whole story. */
export class SimulationFailure extends Error {
  override readonly name = 'SimulationFailure';
  /** The run that broke it. */
  readonly record: RunRecord;

  constructor(record: RunRecord, replay: string, story: readonly string[] = []) {
    super([`seed ${record.seed}`, ...failureBlock(record, { replay }), ...story].join('\n'));
    this.record = record;
    // The stack of the harness says nothing about the system.
    this.stack = `${this.name}: ${this.message}`;
  }
}

function inconclusive(reasons: readonly string[]): Error {
  const error = new Error(`inconclusive\n  ${reasons.join('\n  ')}`);
  error.stack = error.message;
  return error;
}
