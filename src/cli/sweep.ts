import { resolve } from 'node:path';
import type { Command } from 'commander';
import { HarnessFault } from '../record/harness-fault.ts';
import type { RunRecord } from '../record/run-record.ts';
import type { ShrinkRecord } from '../record/shrink-record.ts';
import type { SweepRecord } from '../record/sweep-record.ts';
import { failureBlock } from '../report/failure-block.ts';
import { plural, value } from '../report/format.ts';
import { jsonLine } from '../report/json.ts';
import { sweepReport } from '../report/sweep-report.ts';
import { chosenRungs } from './chosen-rungs.ts';
import { codeOfVerdict, type ExitCode, exitCode, gravest } from './exit-code.ts';
import { catchInterrupt } from './interrupt.ts';
import {
  type EvidenceKeeper,
  type EvidenceOptions,
  evidenceKeeper,
  noEvidence,
} from './keep-evidence.ts';
import { liveFile } from './live-file.ts';
import { checkLogs, failuresDirectory } from './logs.ts';
import { parseTime, parseWhole } from './option-values.ts';
import { progressLine } from './progress.ts';
import { addReporterOptions, type ReporterOptions } from './reporters.ts';
import { type ChosenScenario, chooseScenario, replayCommand } from './scenario-input.ts';
import { parseSeedRange, type SeedRange } from './seeds.ts';
import { shrinkFound } from './shrink-found.ts';
import { sweepReporters } from './sweep-reporters.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import {
  addRunningOptions,
  addShrinkingOptions,
  type RunningOptions,
  type ShrinkingOptions,
  type Verb,
} from './verb.ts';

interface SweepVerbOptions
  extends RunningOptions,
    ReporterOptions,
    ShrinkingOptions,
    EvidenceOptions {
  readonly seeds?: string;
  readonly jobs?: string;
  readonly time?: string;
  readonly bail?: string;
  readonly histories?: string;
}

/** `sweep`: many seeds. */
export const sweepVerb: Verb = {
  define(command: Command, finish) {
    const asked = command.argument('<scenario>', 'a name (see list) or the path of a file');
    addRunningOptions(
      addShrinkingOptions(
        addReporterOptions(asked)
          .option('--seeds <range>', 'N for 1..N, or A..B (default: 200, without end if --time)')
          .option('--jobs <n>', 'worker threads (default: one per processor)')
          .option('--time <span>', 'end after so much real time: 90s, 5m, 2h')
          .option('--bail <n>', 'end after n broken seeds')
          .option('--histories <directory>', 'write what clients saw of each seed, for check')
          .option(...noEvidence),
      ),
    ).action(async (argument: string, options: SweepVerbOptions) => {
      finish(await sweepCommand(argument, options));
    });
  },
};

const defaultSeeds: SeedRange = { from: 1, to: 200 };

/** What the options of the command line ask for, checked. */
interface Plan {
  readonly range: SeedRange;
  readonly jobs: number | undefined;
  readonly timeMs: number | undefined;
  readonly bail: number;
  /** An absolute path. */
  readonly histories: string | undefined;
}

async function sweepCommand(argument: string, options: SweepVerbOptions): Promise<ExitCode> {
  const json = options.json === true;
  const terminal = processTerminal({ color: options.color, quiet: json });
  const plan = planOf(options);
  const chosen = await chooseScenario(argument, options.set);
  if (plan.range.to < plan.range.from) {
    terminal.note('no seed is selected');
    return exitCode.nothingSelected;
  }
  await checkLogs();
  const evidence = await evidenceKeeper('sweep', options);
  const reporters = await sweepReporters(chosen, plan.range.from, options, terminal);
  if (!json && reporters === undefined) terminal.out(introduction(chosen, plan, terminal));
  const onFailed = (failed: RunRecord): void => reporters?.add(failed);
  const swept = await sweepSeeds(chosen, plan, options, terminal, onFailed).catch(
    async (error: unknown) => {
      await keepFault(evidence, chosen, plan, error);
      throw error;
    },
  );
  const { headline, interrupted } = swept;
  // Before anything that may still take long: it happened.
  await keepSweep(evidence, swept.record, chosen, options);
  const wanted = options.shrink && !interrupted;
  const shrunk = wanted ? await shrinkSweep(swept.record, chosen, plan, terminal) : undefined;
  const record = {
    ...swept.record,
    failures: swept.record.failures.map((failure) => {
      const path = shrunk?.get(failure.seed)?.shrunk;
      return path === undefined ? failure : { ...failure, shrunk: path };
    }),
  };
  if (reporters !== undefined) await reporters.end(record, interrupted);
  else if (json) terminal.out(jsonLine({ ...record, cpuMs: processorMs() }) ?? '');
  else {
    const { paint, width } = terminal;
    terminal.out(sweepReport(record, { paint, width }));
    if (headline !== undefined) {
      const seed = headline.seed ?? record.from;
      const replay = replayCommand(argument, seed, options.set);
      const small = [...(shrunk?.values() ?? [])].find(
        ({ key }) => key === headline.violation?.key,
      );
      terminal.out(['', ...failureBlock(headline, { paint, width, replay, shrunk: small })]);
    }
  }
  const verdict = codeOfVerdict(record.verdict);
  return interrupted ? gravest([exitCode.interrupted, verdict]) : verdict;
}

/** One shrunk case for each failure key, by the seed that it was shrunk from. */
async function shrinkSweep(
  { failures }: SweepRecord,
  { reference, scenario, settings }: ChosenScenario,
  { jobs }: Plan,
  terminal: Terminal,
): Promise<ReadonlyMap<number, ShrinkRecord>> {
  if (failures.length === 0) return new Map();
  const { buildCase } = await import('../run/build-case.ts');
  const { casePath } = await import('../run/case-store.ts');
  const found = failures.map(({ seed, key, step, rung, digest, case: path }) => {
    if (path !== undefined) return { seed, key, step, case: path };
    // There are enough files of this key, perhaps from other days.
    const outcome = { verdict: 'broken', rung, key, step, digest } as const;
    const file = { ...buildCase(scenario, { seed, settings }, reference.name), outcome };
    return { seed, key, step, case: casePath(failuresDirectory, file), file };
  });
  const seeds = new Map(found.map((failure) => [failure.case, failure.seed]));
  const shrunk = await shrinkFound(reference, found, terminal, jobs);
  return new Map(shrunk.map((one) => [seeds.get(one.case ?? '') ?? -1, one]));
}

/** Processor time of this process so far, all its threads together. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return Math.round((user + system) / 1_000);
}

function planOf(options: SweepVerbOptions): Plan {
  const timeMs = options.time === undefined ? undefined : parseTime(options.time);
  const withoutEnd = { from: 1, to: Number.MAX_SAFE_INTEGER };
  const range =
    options.seeds === undefined
      ? timeMs === undefined
        ? defaultSeeds
        : withoutEnd
      : parseSeedRange(options.seeds);
  return {
    range,
    timeMs,
    jobs: options.jobs === undefined ? undefined : parseWhole(options.jobs, '--jobs'),
    bail:
      options.bail === undefined ? Number.POSITIVE_INFINITY : parseWhole(options.bail, '--bail'),
    histories: options.histories === undefined ? undefined : resolve(options.histories),
  };
}

function introduction(chosen: ChosenScenario, plan: Plan, terminal: Terminal): string[] {
  const { reference, scenario, settings } = chosen;
  const endless = plan.range.to === Number.MAX_SAFE_INTEGER;
  const seeds = endless
    ? `seeds from ${plan.range.from}`
    : `seeds ${plan.range.from}..${plan.range.to}`;
  const jobs = plan.jobs === undefined ? '' : `  ${plural(plan.jobs, 'job')}`;
  const set = Object.entries(settings).map(([path, setting]) => `${path} ${value(setting)}`);
  const drawn = `every other setting is drawn per seed (seedstorm list ${reference.name})`;
  return [
    `${terminal.paint.strong(reference.name)}  ${seeds}${jobs}`,
    `  ${scenario.summary}`,
    `  ${[...set, drawn].join(', ')}`,
  ];
}

interface SweepOutcome {
  readonly record: SweepRecord;
  /** The broken run with the lowest seed. */
  readonly headline: RunRecord | undefined;
  readonly interrupted: boolean;
}

async function sweepSeeds(
  chosen: ChosenScenario,
  plan: Plan,
  options: SweepVerbOptions,
  terminal: Terminal,
  onFailed: (failed: RunRecord) => void,
): Promise<SweepOutcome> {
  const { sweep } = await import('../run/sweep.ts');
  const { range } = plan;
  const line = progressLine(terminal);
  const live = liveFile(chosen.reference.name, { seeds: [range.from, range.to] });
  const interrupt = catchInterrupt(() => {
    line.clear();
    terminal.note('ending with what there is; once more ends at once');
  });
  let headline: RunRecord | undefined;
  let broken = 0;
  try {
    const { record } = await sweep(chosen.reference, {
      seeds: [range.from, range.to],
      settings: chosen.settings,
      paranoid: options.paranoid === true,
      ...chosenRungs(chosen.scenario, options.rungs),
      failFast: plan.bail === 1,
      signal: interrupt.signal,
      failuresDirectory,
      ...(plan.jobs === undefined ? {} : { jobs: plan.jobs }),
      ...(plan.timeMs === undefined ? {} : { timeMs: plan.timeMs }),
      ...(plan.histories === undefined ? {} : { historiesDirectory: plan.histories }),
      onProgress: (progress) => {
        live.update(progress);
        line.show(progress);
      },
      onFailure: (failed) => {
        if (failed.verdict !== 'broken') return;
        onFailed(failed);
        if (broken < announced) {
          line.clear();
          terminal.note(failedLine(failed, terminal));
        }
        if (headline === undefined || (failed.seed ?? 0) < (headline.seed ?? 0)) headline = failed;
        broken += 1;
        if (broken >= plan.bail) interrupt.stop();
      },
    });
    line.clear();
    return { record, headline: inRange(headline, record), interrupted: interrupt.interrupted };
  } catch (error) {
    line.clear();
    if (error instanceof HarnessFault && error.seed !== undefined) {
      const again = replayCommand(chosen.reference.name, error.seed, options.set);
      terminal.note(`${again}  shows the fault again, if it is one of a single run`);
    }
    throw error;
  } finally {
    line.clear();
    live.remove();
    interrupt.release();
  }
}

/** Broken seeds that are announced when they are found; the report lists them again. */
const announced = 10;

/** A seed beyond the judged prefix is no part of the verdict. */
function inRange(headline: RunRecord | undefined, record: SweepRecord): RunRecord | undefined {
  const seed = headline?.seed ?? undefined;
  return seed !== undefined && seed <= record.to ? headline : undefined;
}

function failedLine(failed: RunRecord, terminal: Terminal): string {
  const { violation } = failed;
  const what = violation === undefined ? '' : `  ${violation.rung} ${violation.title}`;
  return `${terminal.notePaint.bad('broken')}  seed ${failed.seed}${what}`;
}

/** Not one seed judged is no evidence. */
async function keepSweep(
  evidence: EvidenceKeeper,
  record: SweepRecord,
  { scenario, settings }: ChosenScenario,
  options: RunningOptions,
): Promise<void> {
  if (record.to < record.from) return;
  const { only } = chosenRungs(scenario, options.rungs);
  const { sweepEvidence } = await import('../run/evidence-content.ts');
  evidence.keep(sweepEvidence(record, settings, only));
}

/** A fault of the harness is evidence too: against it. */
async function keepFault(
  evidence: EvidenceKeeper,
  { reference, settings }: ChosenScenario,
  { range }: Plan,
  error: unknown,
): Promise<void> {
  if (!(error instanceof HarnessFault)) return;
  const { faultEvidence } = await import('../run/evidence-content.ts');
  const asked = { scenario: reference.name, settings };
  evidence.keep(faultEvidence(asked, [range.from, range.to], error));
}
