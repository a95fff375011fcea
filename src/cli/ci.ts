import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { GatePlan, GateRecord, Shard } from '../record/gate-record.ts';
import { UsageError } from '../record/usage-error.ts';
import type { GateConfig } from '../run/gate/gate-config.ts';
import type { GateSurroundings, GateTask } from '../run/gate/gate-work.ts';
import { codeOfVerdict, type ExitCode, exitCode, gravest } from './exit-code.ts';
import { keepGateEvidence } from './gate-evidence.ts';
import { gateProgress } from './gate-progress.ts';
import { catchInterrupt } from './interrupt.ts';
import {
  type EvidenceKeeper,
  type EvidenceOptions,
  evidenceKeeper,
  noEvidence,
} from './keep-evidence.ts';
import { checkOutput } from './logs.ts';
import { programIn, sourceCheckout } from './mutants.ts';
import { parseWhole } from './option-values.ts';
import {
  addReporterOptions,
  openReporters,
  outputFilesOf,
  type ReporterOptions,
  type ReporterSet,
} from './reporters.ts';
import { parseSeed } from './seeds.ts';
import { findingSettler } from './settle-finding.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import type { Verb } from './verb.ts';

interface CiOptions extends ReporterOptions, EvidenceOptions {
  readonly config?: string;
  readonly shard?: string;
  readonly output?: string;
  readonly firstSeed?: string;
  readonly jobs?: string;
  /** False after `--no-color`. */
  readonly color: boolean;
}

/** `ci`: the gate that a project's configuration describes. */
export const ciVerb: Verb = {
  define(command: Command, finish) {
    addReporterOptions(
      command
        .option('--config <file>', 'the configuration (default: seedstorm.config.ts here)')
        .option('--shard <i/n>', 'the i-th of n machines that share the work, from 1')
        .option('--output <folder>', 'the only folder that is written to (default: logs)')
        .option('--first-seed <seed>', 'fresh seeds begin here (default: derived from the commit)')
        .option('--jobs <n>', 'worker threads (default: one per processor)')
        .option(...noEvidence)
        .option('--no-color', 'print without colours (NO_COLOR does it too)'),
    ).action(async (options: CiOptions) => {
      finish(await ci(options));
    });
  },
};

async function ci(options: CiOptions): Promise<ExitCode> {
  const cwd = process.cwd();
  const terminal = processTerminal({ color: options.color });
  const shard = options.shard === undefined ? undefined : parseShard(options.shard);
  const { loadConfig } = await import('../run/gate/load-config.ts');
  const loaded = await loadConfig(options.config, cwd);
  const { config } = loaded;
  const given = options.firstSeed === undefined ? config.firstSeed : seedOf(options.firstSeed);
  const { judgedCode } = await import('../run/gate/commit-seeds.ts');
  const code = judgedCode(cwd, process.env, given);
  const { planGate } = await import('../run/gate/plan-gate.ts');
  const root = (): string => sourceCheckout(cwd);
  const tasks = await planGate(loaded, cwd, code.firstSeed, shard, root);
  if (tasks.length === 0) {
    terminal.note('nothing is selected: no doctor, no case, no seed, no canary');
    return exitCode.nothingSelected;
  }
  const output = resolve(cwd, options.output ?? config.output ?? 'logs');
  await checkOutput(output);
  const evidence = await evidenceKeeper('ci', options, { root: cwd, output });
  const jobs = options.jobs === undefined ? config.jobs : parseWhole(options.jobs, '--jobs');
  const parts = tasks.map(({ kind, name }) => ({ kind, name }));
  const plan: GatePlan = { of: 'ci', parts, ...code, ...(shard === undefined ? {} : { shard }) };
  const set = await openReporters(
    {
      names: reporterNames(options, config, shard),
      outputFiles: { ...config.outputFile, ...outputFilesOf(options) },
      output,
      blobName: shard === undefined ? 'blob.json' : `blob-${shard.index}-${shard.count}.json`,
      cwd,
    },
    terminal,
  );
  return conclude({ cwd, output, jobs, shard }, { plan, tasks, config, evidence }, set, terminal);
}

async function conclude(
  where: Pick<GateSurroundings, 'cwd' | 'output' | 'jobs' | 'shard'>,
  work: {
    readonly plan: GatePlan;
    readonly tasks: readonly GateTask[];
    readonly config: GateConfig;
    readonly evidence: EvidenceKeeper;
  },
  set: ReporterSet,
  terminal: Terminal,
): Promise<ExitCode> {
  const { runGate } = await import('../run/gate/run-gate.ts');
  const progress = gateProgress(terminal, where.output);
  const interrupt = catchInterrupt(() => {
    progress.clear();
    terminal.note('ending with what there is; once more ends at once');
  });
  try {
    const record = await runGate({
      plan: work.plan,
      tasks: work.tasks,
      known: work.config.known ?? [],
      around: {
        ...where,
        today: new Date().toISOString().slice(0, 10),
        signal: interrupt.signal,
        listener: progress.before(set.listener),
        mutants: { program: programIn },
        settle: findingSettler({ ...where, signal: interrupt.signal, terminal }),
      },
    });
    keepGateEvidence(work.evidence, record, work.tasks);
    return codeOfGate(record, set.close(), terminal);
  } finally {
    progress.clear();
    progress.end();
    interrupt.release();
  }
}

/** The exit code of a gate: the gravest thing there is to say. */
export function codeOfGate(
  record: GateRecord,
  complaints: readonly string[],
  terminal: Terminal,
): ExitCode {
  for (const complaint of complaints) terminal.note(complaint);
  const codes = [codeOfVerdict(record.verdict)];
  if (record.interrupted) codes.push(exitCode.interrupted);
  // A report that is missing must not pass for a green gate.
  if (complaints.length > 0) codes.push(exitCode.harnessFault);
  return gravest(codes);
}

/** What is told to whom: the command line decides, then the configuration, then the surroundings. */
function reporterNames(
  options: CiOptions,
  config: GateConfig,
  shard: Shard | undefined,
): readonly string[] {
  const chosen = options.reporter ?? config.reporters ?? ['pretty'];
  const names = [...chosen];
  if (process.env.GITHUB_ACTIONS === 'true' && options.reporter === undefined) names.push('github');
  if (shard !== undefined) names.push('blob');
  return [...new Set(names)];
}

function parseShard(text: string): Shard {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (shard.index >= 1 && shard.index <= shard.count) return shard;
  throw new UsageError(`"${text}" is no shard`, '--shard', 'for example 2/4: the second of four');
}

function seedOf(text: string): number {
  return parseSeed(text, '--first-seed');
}
