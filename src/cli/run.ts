import { randomInt } from 'node:crypto';
import type { Command } from 'commander';
import type { CaseFile } from '../record/case-file.ts';
import type { RunRecord } from '../record/run-record.ts';
import { drawnOptions } from '../report/drawn-options.ts';
import { failureBlock } from '../report/failure-block.ts';
import { jsonLine } from '../report/json.ts';
import { runReport } from '../report/run-report.ts';
import type { RunInput, ScenarioReference } from '../run/run-contract.ts';
import { chosenRungs } from './chosen-rungs.ts';
import { codeOfVerdict, type ExitCode, exitCode, gravest } from './exit-code.ts';
import { catchInterrupt } from './interrupt.ts';
import { checkLogs, failuresDirectory } from './logs.ts';
import {
  type ChosenScenario,
  chooseScenario,
  replayCaseCommand,
  replayCommand,
} from './scenario-input.ts';
import { parseSeed } from './seeds.ts';
import { shrinkFound } from './shrink-found.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import {
  addRunningOptions,
  addShrinkingOptions,
  type RunningOptions,
  type ShrinkingOptions,
  type Verb,
} from './verb.ts';

interface RunVerbOptions extends RunningOptions, ShrinkingOptions {
  readonly seed?: string;
  readonly calm?: true;
}

/** `run`: one seed. */
export const runVerb: Verb = {
  define(command: Command, finish) {
    addRunningOptions(
      addShrinkingOptions(
        command
          .argument('<scenario>', 'a name (see list) or the path of a file')
          .option('--seed <seed>', 'the seed (default: a new one, which is printed)')
          .option('--calm', 'no faults, no noise, every setting at its calm value'),
      ),
    ).action(async (argument: string, options: RunVerbOptions) => {
      finish(await run(argument, options));
    });
  },
};

/** Small enough to be read out loud; any seed up to 2^53 - 1 can be given. */
const freshSeeds = 1_000_000_000;

async function run(argument: string, options: RunVerbOptions): Promise<ExitCode> {
  const json = options.json === true;
  const terminal = processTerminal({ color: options.color, quiet: json });
  const { paint, width } = terminal;
  const seed = options.seed === undefined ? randomInt(freshSeeds) : parseSeed(options.seed);
  const chosen = await chooseScenario(argument, options.set);
  await checkLogs();
  const { drawConfig } = await import('../run/draw-config.ts');
  const calm = options.calm === true ? await calmCase(chosen, seed) : undefined;
  const config = calm?.config ?? drawConfig(chosen.scenario, seed, chosen.settings);
  if (!json) {
    const { name } = chosen.reference;
    terminal.out(`${paint.strong(name)}  seed ${seed}${calm === undefined ? '' : ', calm'}`);
    terminal.out(drawnOptions(config, paint, width));
  }
  const interrupt = catchInterrupt(() => terminal.note('interrupted'));
  try {
    const input: RunInput = calm ?? { seed, settings: chosen.settings };
    const { runIsolated } = await import('../run/isolated.ts');
    const result = await runIsolated(chosen.reference, input, {
      paranoid: options.paranoid === true,
      ...chosenRungs(chosen.scenario, options.rungs),
      signal: interrupt.signal,
    });
    const kept = await keepCase(result.record, result.caseFile);
    interrupt.release();
    const wanted = options.shrink && !interrupt.interrupted;
    const record = wanted ? await shrink(kept, result.caseFile, chosen.reference, terminal) : kept;
    if (json) terminal.out(jsonLine(record) ?? '');
    else {
      const again =
        calm === undefined || record.case === undefined
          ? replayCommand(argument, seed, options.set)
          : replayCaseCommand(record.case);
      terminal.out(runReport(record, { paint, width }));
      const block = failureBlock(record, { paint, width, replay: again, shrunk: record.shrunk });
      if (block.length > 0) terminal.out(['', ...block]);
    }
    const verdict = codeOfVerdict(record.verdict);
    return interrupt.interrupted ? gravest([exitCode.interrupted, verdict]) : verdict;
  } finally {
    interrupt.release();
  }
}

/** The same intents with nothing in their way. */
async function calmCase(chosen: ChosenScenario, seed: number): Promise<CaseFile> {
  const { calmConfig } = await import('../run/draw-config.ts');
  const { buildCase } = await import('../run/build-case.ts');
  const settings = calmConfig(chosen.scenario, chosen.settings);
  const caseFile = buildCase(chosen.scenario, { seed, settings }, chosen.reference.name);
  return { ...caseFile, plan: [], choices: { kind: 'calm', list: [] } };
}

/** Finds the smallest case of a red run. */
async function shrink(
  record: RunRecord,
  file: CaseFile,
  reference: ScenarioReference,
  terminal: Terminal,
): Promise<RunRecord> {
  const { violation } = record;
  if (violation === undefined) return record;
  const { casePath } = await import('../run/case-store.ts');
  const path = record.case ?? casePath(failuresDirectory, file);
  const failure = { key: violation.key, step: violation.step, case: path, file };
  const [shrunk] = await shrinkFound(reference, [failure], terminal);
  return shrunk === undefined ? record : { ...record, shrunk };
}

/** Leaves a case file for whatever did not hold. */
async function keepCase(record: RunRecord, caseFile: CaseFile): Promise<RunRecord> {
  if (record.verdict === 'held' || record.case !== undefined) return record;
  const { writeCase } = await import('../run/case-store.ts');
  const path = writeCase(failuresDirectory, caseFile, 3);
  return path === undefined ? record : { ...record, case: path };
}
