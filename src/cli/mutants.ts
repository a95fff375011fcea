import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { MutantRecord, MutantsRecord } from '../record/mutants-record.ts';
import { UsageError } from '../record/usage-error.ts';
import { plural } from '../report/format.ts';
import { jsonLine } from '../report/json.ts';
import { isRight, mutantsReport } from '../report/mutants-report.ts';
import { moduleUrl } from '../run/running-copy.ts';
import { codeOfVerdict, type ExitCode, exitCode, gravest } from './exit-code.ts';
import { catchInterrupt } from './interrupt.ts';
import { parseNames, parseWhole } from './option-values.ts';
import { parseSeedRange } from './seeds.ts';
import { processTerminal } from './terminal.ts';
import { addCommonOptions, type CommonOptions, type Verb } from './verb.ts';

interface MutantsVerbOptions extends CommonOptions {
  readonly only?: string;
  readonly seeds: string;
  readonly jobs?: string;
}

const defaultSeeds = '500';

/** `mutants`: planted bugs, and whether they are found. */
export const mutantsVerb: Verb = {
  define(command: Command, finish) {
    addCommonOptions(
      command
        .argument('<system>', 'a folder of mutants/, for example raft')
        .option('--only <ids>', 'some of them by id, or canary')
        .option('--seeds <range>', 'N for 1..N, or A..B', defaultSeeds)
        .option('--jobs <n>', 'worker threads of each sweep (default: one per processor)'),
    ).action(async (system: string, options: MutantsVerbOptions) => {
      finish(await mutants(system, options));
    });
  },
};

async function mutants(system: string, options: MutantsVerbOptions): Promise<ExitCode> {
  const json = options.json === true;
  const terminal = processTerminal({ color: options.color, quiet: json });
  const range = parseSeedRange(options.seeds);
  const only = options.only === undefined ? undefined : parseNames(options.only, '--only');
  const jobs = options.jobs === undefined ? {} : { jobs: parseWhole(options.jobs, '--jobs') };
  const root = sourceCheckout(process.cwd());
  const { readMutants, selectMutants } = await import('../run/mutant-patch.ts');
  const chosen = selectMutants(readMutants(root, system), only);
  if (chosen.length === 0 || range.to < range.from) {
    terminal.note(chosen.length === 0 ? 'no mutant is selected' : 'no seed is selected');
    return exitCode.nothingSelected;
  }
  const { tryMutants } = await import('../run/mutants.ts');
  const interrupt = catchInterrupt(() => terminal.note('ending with what there is'));
  terminal.note(
    `${plural(chosen.length, 'mutant')} of ${system}, seeds ${range.from}..${range.to}`,
  );
  try {
    const record = await tryMutants({
      system,
      root,
      mutants: chosen,
      seeds: [range.from, range.to],
      ...jobs,
      program: (copy) => programIn(copy),
      signal: interrupt.signal,
      onBaseline: (scenario) => terminal.note(`${scenario} without a bug ...`),
      onMutant: (mutant) => terminal.note(`${mutant.id} ${mutant.status}`),
    });
    terminal.out(json ? (jsonLine(record) ?? '') : mutantsReport(record, terminal.paint));
    return codeOf(record, interrupt.interrupted);
  } finally {
    interrupt.release();
  }
}

/** The code of a kill matrix: a surviving bug or a killed control is 1. */
export function codeOf(record: MutantsRecord, interrupted: boolean): ExitCode {
  const baselines = record.baselines.map(({ verdict }) => codeOfVerdict(verdict));
  const codes = [...baselines, ...record.mutants.map(codeOfMutant)];
  if (interrupted) codes.push(exitCode.interrupted);
  return gravest(codes);
}

function codeOfMutant(mutant: MutantRecord): ExitCode {
  if (isRight(mutant)) return exitCode.held;
  switch (mutant.status) {
    case 'harness fault':
    case 'not exact':
      return exitCode.harnessFault;
    case 'inconclusive':
    case 'timeout':
    case 'out of memory':
      return exitCode.inconclusive;
    case 'survived':
    case 'killed':
      return exitCode.broken;
  }
}

/** The nearest folder upwards with `mutants/` in it. */
function sourceCheckout(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'mutants'))) return folder;
    if (dirname(folder) === folder) break;
  }
  throw new UsageError(
    'there is no folder mutants/ here or above',
    from,
    'mutants are patches of sources: run this in a source checkout, of seedstorm or of your system',
  );
}

/** The copy's own program where it is seedstorm itself that is mutated, else the running one. */
function programIn(copy: string): string {
  const own = join(copy, 'src', 'cli', 'main.ts');
  const isSeedstorm = existsSync(own) && packageName(copy) === 'seedstorm';
  if (isSeedstorm) return own;
  return fileURLToPath(moduleUrl('src/cli/main'));
}

function packageName(folder: string): unknown {
  try {
    const text = readFileSync(join(folder, 'package.json'), 'utf8');
    return (JSON.parse(text) as { name?: unknown }).name;
  } catch {
    return undefined;
  }
}
