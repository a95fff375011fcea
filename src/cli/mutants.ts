import { existsSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { MutantRecord, MutantsRecord } from '../record/mutants-record.ts';
import { UsageError } from '../record/usage-error.ts';
import { count, plural } from '../report/format.ts';
import { jsonLine } from '../report/json.ts';
import { isRight, mutantsReport } from '../report/mutants-report.ts';
import type { MutantPatch } from '../run/mutant-patch.ts';
import { moduleUrl } from '../run/running-copy.ts';
import { codeOfVerdict, type ExitCode, exitCode, gravest } from './exit-code.ts';
import { catchInterrupt } from './interrupt.ts';
import { type EvidenceOptions, evidenceKeeper, noEvidence } from './keep-evidence.ts';
import { mutantsLine } from './mutants-line.ts';
import { parseNames, parseTime, parseWhole } from './option-values.ts';
import { parseSeedRange } from './seeds.ts';
import { processTerminal } from './terminal.ts';
import { addCommonOptions, type CommonOptions, type Verb } from './verb.ts';

interface MutantsVerbOptions extends CommonOptions, EvidenceOptions {
  readonly only?: string;
  readonly dir?: string;
  readonly seeds?: string;
  readonly budget?: string;
  readonly rungs?: string;
  readonly census: string;
  readonly jobs?: string;
  readonly save?: true;
}

const defaultSeeds = 2_000;
const defaultControlSeeds = 500;
const defaultCensus = '100';

/** `mutants`: planted bugs, and whether they are found. */
export const mutantsVerb: Verb = {
  define(command: Command, finish) {
    addCommonOptions(
      command
        .argument('<system>', 'a folder of mutants/, for example raft')
        .option('--only <ids>', 'some of them: ids, families (E), canary, controls')
        .option('--dir <folder>', 'patches of this folder instead; they need no header')
        .option('--budget <limit>', 'seeds for each (800), or processor time for each (30s, 2m)')
        .option('--seeds <range>', 'these seeds instead of fresh ones: N for 1..N, or A..B')
        .option('--rungs <ids>', 'judge by these rungs only; leaves no evidence')
        .option('--census <n>', 'judge each rung alone over the first n seeds', defaultCensus)
        .option('--jobs <n>', 'mutants side by side (default: one per processor)')
        .option('--save', 'keep the results beside the patches, in results.json')
        .option(...noEvidence),
    ).action(async (system: string, options: MutantsVerbOptions) => {
      finish(await mutants(system, options));
    });
  },
};

/** What the options of the command line ask for, checked. */
interface Plan {
  readonly root: string;
  /** Folder of the patches. */
  readonly folder: string;
  readonly all: readonly MutantPatch[];
  readonly chosen: readonly MutantPatch[];
  readonly seeds: readonly [from: number, to: number];
  readonly sources: string;
  readonly controlSeeds?: number;
  readonly cpuLimitMs?: number;
  readonly rungs?: readonly string[];
  readonly censusSeeds: number;
  readonly jobs: number;
}

async function mutants(system: string, options: MutantsVerbOptions): Promise<ExitCode> {
  const json = options.json === true;
  const terminal = processTerminal({ color: options.color, quiet: json });
  const plan = await planOf(system, options);
  const { root, folder, all, chosen, seeds, sources } = plan;
  if (chosen.length === 0 || seeds[1] < seeds[0]) {
    terminal.note(chosen.length === 0 ? `no mutant is selected: ${folder}` : 'no seed is selected');
    return exitCode.nothingSelected;
  }
  const { tryMutants } = await import('../run/mutants.ts');
  const { mutantsEvidence } = await import('../run/evidence-content.ts');
  // Patches of somebody else say nothing about those of the project, nor does a part of the ladder.
  const whole = options.dir === undefined && options.rungs === undefined;
  const kept = { evidence: options.evidence && whole };
  const evidence = await evidenceKeeper('mutants', kept, { root });
  const { ResultKeeper } = await import('../run/mutant-results.ts');
  const keeper =
    options.save === true
      ? new ResultKeeper(folder, system, { root, sources, seeds, mutants: all })
      : undefined;
  const line = mutantsLine(terminal);
  const interrupt = catchInterrupt(() => {
    line.clear();
    terminal.note('ending with what there is; once more ends at once');
  });
  const what = `${plural(chosen.length, 'mutant')} of ${system}`;
  terminal.note(`${what}, up to ${count(seeds[1] - seeds[0] + 1)} seeds from ${seeds[0]} on`);
  try {
    const record = await tryMutants({
      ...plan,
      system,
      mutants: chosen,
      program: (copy) => programIn(copy),
      signal: interrupt.signal,
      onProgress: (progress) => line.show(progress),
      onLadder: (rungs) => keeper?.ladder(rungs),
      onMutant: (mutant) => {
        line.clear();
        terminal.note(`${mutant.id} ${mutant.status}${foundBy(mutant)}`);
        keeper?.keep(mutant, chosen.find(({ id }) => id === mutant.id)!.file);
      },
    });
    line.clear();
    if (record.mutants.length > 0) {
      const ids = all.map(({ id }) => id);
      evidence.keep(mutantsEvidence(record, ids));
    }
    terminal.out(json ? (jsonLine(record) ?? '') : mutantsReport(record, terminal.paint));
    return codeOf(record, interrupt.interrupted);
  } finally {
    line.clear();
    interrupt.release();
  }
}

function foundBy({ rung, seedsToKill, reason }: MutantRecord): string {
  if (reason !== undefined) return `: ${reason}`;
  return rung === undefined ? '' : `: ${rung} after ${plural(seedsToKill ?? 0, 'seed')}`;
}

async function planOf(system: string, options: MutantsVerbOptions): Promise<Plan> {
  const root = sourceCheckout(process.cwd());
  const own = options.dir === undefined;
  const folder = own ? join(root, 'mutants', system) : folderOf(options.dir!, system);
  const { readMutants, selectMutants } = await import('../run/mutant-patch.ts');
  const { freshSeeds, hashOfSources } = await import('../run/source-hash.ts');
  const only = options.only === undefined ? undefined : parseNames(options.only, '--only');
  const all = readMutants(folder, system, own);
  const sources = hashOfSources(root);
  const budget = budgetOf(options.budget);
  const range = options.seeds === undefined ? undefined : parseSeedRange(options.seeds);
  const from = range?.from ?? freshSeeds(sources);
  const most = budget.seeds ?? defaultSeeds;
  const to =
    range === undefined || budget.seeds !== undefined
      ? Math.min(range?.to ?? Number.MAX_SAFE_INTEGER, from + most - 1)
      : range.to;
  const isDefault = range === undefined && options.budget === undefined;
  return {
    root,
    folder,
    all,
    chosen: selectMutants(all, only),
    seeds: [from, to],
    sources,
    censusSeeds: parseWhole(options.census, '--census', 0),
    jobs: options.jobs === undefined ? availableParallelism() : parseWhole(options.jobs, '--jobs'),
    ...(isDefault ? { controlSeeds: defaultControlSeeds } : {}),
    ...(options.rungs === undefined ? {} : { rungs: parseNames(options.rungs, '--rungs') }),
    ...(budget.cpuLimitMs === undefined ? {} : { cpuLimitMs: budget.cpuLimitMs }),
  };
}

/** A bare number is seeds, one with a unit is time. */
function budgetOf(text: string | undefined): { seeds?: number; cpuLimitMs?: number } {
  if (text === undefined) return {};
  if (/^\d+$/.test(text)) return { seeds: parseWhole(text, '--budget') };
  return { cpuLimitMs: parseTime(text, '--budget') };
}

/** The folder itself, or the one of the system in it. */
function folderOf(given: string, system: string): string {
  const folder = resolve(given);
  const below = join(folder, system);
  const isFolder = statSync(below, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? below : folder;
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

/** The nearest folder upwards with `mutants/` in it, or else the nearest package. */
export function sourceCheckout(from: string): string {
  const hint =
    'mutants are patches of sources: run this in a source checkout, of seedstorm or of your system';
  const folders = [from];
  while (dirname(folders.at(-1)!) !== folders.at(-1)) folders.push(dirname(folders.at(-1)!));
  const having = (name: string): string | undefined =>
    folders.find((folder) => existsSync(join(folder, name)));
  const root = having('mutants') ?? having('package.json');
  if (root === undefined) throw new UsageError('there is no source checkout here', from, hint);
  if (isInstalled(root)) {
    throw new UsageError('an installed package has no sources to plant bugs in', root, hint);
  }
  return root;
}

/** What npm installs of us: the build alone. */
function isInstalled(folder: string): boolean {
  const isOurs = packageName(folder) === 'seedstorm';
  return isOurs && !existsSync(join(folder, 'src', 'run', 'mutant-child.ts'));
}

/** The copy's own program where it is seedstorm itself that is mutated, else the running one. */
export function programIn(copy: string): string {
  const own = join(copy, 'src', 'run', 'mutant-child.ts');
  if (existsSync(own) && packageName(copy) === 'seedstorm') return own;
  return fileURLToPath(moduleUrl('src/run/mutant-child'));
}

function packageName(folder: string): unknown {
  try {
    const text = readFileSync(join(folder, 'package.json'), 'utf8');
    return (JSON.parse(text) as { name?: unknown }).name;
  } catch {
    return undefined;
  }
}
