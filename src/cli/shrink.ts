import type { Command } from 'commander';
import type { CaseFile } from '../record/case-file.ts';
import { UsageError } from '../record/usage-error.ts';
import { jsonLine } from '../report/json.ts';
import { shrinkReport } from '../report/shrink-report.ts';
import type { ShrinkResult } from '../run/shrink/shrink-case.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { catchInterrupt } from './interrupt.ts';
import { parseTime, parseWhole } from './option-values.ts';
import {
  type ChosenScenario,
  chooseScenario,
  replayCaseCommand,
  shellWord,
} from './scenario-input.ts';
import { shrinkLine } from './shrink-progress.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import { addCommonOptions, type CommonOptions, type Verb } from './verb.ts';

interface ShrinkVerbOptions extends CommonOptions {
  readonly out?: string;
  readonly time?: string;
  readonly jobs?: string;
}

/** `shrink`: the smallest case that fails in the same way. */
export const shrinkVerb: Verb = {
  define(command: Command, finish) {
    addCommonOptions(
      command
        .argument('<case>', 'a case file of a run that broke a rung')
        .option('--out <file>', 'where the shrunk case goes (default: <case>.min.json beside it)')
        .option('--time <span>', 'end after so much real time (default: 30s)')
        .option('--jobs <n>', 'worker threads (default: one per processor)'),
    ).action(async (argument: string, options: ShrinkVerbOptions) => {
      finish(await shrinkCommand(argument, options));
    });
  },
};

async function shrinkCommand(argument: string, options: ShrinkVerbOptions): Promise<ExitCode> {
  const json = options.json === true;
  const terminal = processTerminal({ color: options.color, quiet: json });
  const timeMs = options.time === undefined ? undefined : parseTime(options.time);
  const jobs = options.jobs === undefined ? undefined : parseWhole(options.jobs, '--jobs');
  const { file, chosen } = await chooseCase(argument);
  const { shrunkPath } = await import('../run/case-store.ts');
  const out = options.out ?? shrunkPath(argument);
  const limits = {
    ...(timeMs === undefined ? {} : { timeMs }),
    ...(jobs === undefined ? {} : { jobs }),
  };
  const { result, interrupted } = await shrinkInto(out, file, chosen, limits, terminal);
  const record = { ...result.record, case: argument, shrunk: out };
  if (json) terminal.out(jsonLine(record) ?? '');
  else {
    const { paint } = terminal;
    terminal.out([
      `${paint.strong(chosen.reference.name)}  ${record.rung}, shrunk from ${argument}`,
      '',
      ...shrinkReport(record, { paint }),
      '',
      `  case file  ${out}, ${record.bytes} bytes`,
      `  explain    seedstorm explain ${shellWord(out)}`,
      `  replay     ${paint.strong(replayCaseCommand(out))}`,
    ]);
  }
  return interrupted ? exitCode.interrupted : exitCode.broken;
}

/** A case file with its scenario. @throws UsageError when it is none */
export async function chooseCase(
  path: string,
): Promise<{ readonly file: CaseFile; readonly chosen: ChosenScenario }> {
  if (!path.endsWith('.json')) {
    throw new UsageError(
      `${path} is no case file`,
      '',
      'the path of a .json file, as run and sweep write it below logs/failures/',
    );
  }
  const { readCase } = await import('../run/case-store.ts');
  const file = readCase(path);
  return { file, chosen: await chooseScenario(file.scenario) };
}

/** Between two writes of the smallest case so far. */
const writeEveryMs = 300;

async function shrinkInto(
  out: string,
  file: CaseFile,
  { reference }: ChosenScenario,
  limits: { readonly timeMs?: number; readonly jobs?: number },
  terminal: Terminal,
): Promise<{ readonly result: ShrinkResult; readonly interrupted: boolean }> {
  const { shrinkCase } = await import('../run/shrink/shrink-case.ts');
  const { writeCaseTo } = await import('../run/case-store.ts');
  const line = shrinkLine(terminal);
  const interrupt = catchInterrupt(() => {
    line.clear();
    terminal.note('ending with the smallest case so far; once more ends at once');
  });
  let writtenMs = Number.NEGATIVE_INFINITY;
  try {
    const result = await shrinkCase(reference, file, {
      ...limits,
      signal: interrupt.signal,
      onProgress: (progress) => line.show(progress),
      // Whatever happens to this process, what it has found so far is there.
      onBest: (best) => {
        if (performance.now() - writtenMs < writeEveryMs) return;
        writtenMs = performance.now();
        writeCaseTo(out, best);
      },
    });
    writeCaseTo(out, result.caseFile);
    return { result, interrupted: interrupt.interrupted };
  } finally {
    line.clear();
    interrupt.release();
  }
}
