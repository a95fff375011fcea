import type { Command } from 'commander';
import type { CaseFile } from '../record/case-file.ts';
import type { RunRecord } from '../record/run-record.ts';
import { drawnOptions } from '../report/drawn-options.ts';
import { eventLine, eventTitles } from '../report/event-line.ts';
import { failureBlock } from '../report/failure-block.ts';
import { jsonLine } from '../report/json.ts';
import { runReport } from '../report/run-report.ts';
import type { RunOptions } from '../run/run-contract.ts';
import type { HistoryLike } from '../workload/clients-definition.ts';
import { chosenRungs } from './chosen-rungs.ts';
import { type EventFilterOptions, eventFilter } from './event-filter.ts';
import { codeOfVerdict, type ExitCode, exitCode, gravest } from './exit-code.ts';
import { catchInterrupt } from './interrupt.ts';
import { parseWhole } from './option-values.ts';
import { type Subject, subjectOf } from './subject.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import { addRunningOptions, type RunningOptions, type Verb } from './verb.ts';

interface ReplayVerbOptions extends RunningOptions, EventFilterOptions {
  readonly seed?: string;
  readonly events?: true;
  readonly break?: string;
  readonly history?: string;
}

/** `replay`: a case file, or a seed of a scenario, again. */
export const replayVerb: Verb = {
  define(command: Command, finish) {
    addRunningOptions(
      command
        .argument('<case-or-scenario>', 'a case file, or with --seed a scenario')
        .option('--seed <seed>', 'the seed of the scenario')
        .option('--events', 'print what happens, one line per event')
        .option('--node <names>', 'only events that concern these nodes')
        .option('--kind <kinds>', 'only these message kinds, or timer, disk, fault, log, probe ...')
        .option('--from <bound>', 'only from this step (12000) or virtual time (6.1s) on')
        .option('--to <bound>', 'only up to this step or virtual time')
        .option('--history <file>', 'write what clients saw, for check')
        .option('--break <step>', 'stop in the debugger before this step'),
    ).action(async (argument: string, options: ReplayVerbOptions) => {
      finish(await replay(argument, options));
    });
  },
};

async function replay(argument: string, options: ReplayVerbOptions): Promise<ExitCode> {
  const json = options.json === true;
  const terminal = processTerminal({ color: options.color, quiet: json });
  const { paint, width } = terminal;
  const passes = eventFilter(options);
  const { node, kind, from, to } = options;
  const events = options.events === true || [node, kind, from, to].some((of) => of !== undefined);
  const breakStep = options.break === undefined ? undefined : parseWhole(options.break, '--break');
  const subject = await subjectOf(argument, options, 'replay');
  if (!json) {
    terminal.out(`${paint.strong(subject.reference.name)}  ${subject.title}`);
    terminal.out(drawnOptions(subject.config, paint, width));
  }
  // Printed between slices: a reader that is slow (less) must not look like a handler that hangs.
  let lines: string[] = [];
  const flush = (): void => {
    terminal.out(lines);
    lines = [];
  };
  let history: HistoryLike | undefined;
  const runOptions: RunOptions = {
    // A red run is run again, to look at it: the first time is the one that counts.
    onHistory: (kept) => {
      history ??= kept;
    },
    name: subject.reference.name,
    paranoid: options.paranoid === true,
    ...chosenRungs(subject.scenario, options.rungs),
    ...(events
      ? {
          onEvent: (event) => {
            if (passes(event)) lines.push(json ? (jsonLine(event) ?? '') : eventLine(event));
          },
          onSlice: flush,
        }
      : {}),
  };
  if (events && !json) terminal.out(['', paint.strong(eventTitles())]);
  const { record, interrupted } =
    breakStep === undefined
      ? await runAgain(subject, runOptions)
      : await runInDebugger(subject, runOptions, breakStep, terminal);
  flush();
  if (options.history !== undefined) {
    const { writeHistory } = await import('../run/history-file.ts');
    writeHistory(options.history, history);
  }
  const code = conclude(subject, record, terminal, json);
  return interrupted ? gravest([exitCode.interrupted, code]) : code;
}

interface Ended {
  readonly record: RunRecord;
  readonly interrupted: boolean;
}

/** In this thread, since a worker takes longer to start than most replays take to run. */
async function runAgain(subject: Subject, options: RunOptions): Promise<Ended> {
  const { runWatched } = await import('../run/watched.ts');
  const interrupt = catchInterrupt(() => process.stderr.write('interrupted\n'));
  try {
    const { signal } = interrupt;
    const { record } = await runWatched(subject.scenario, subject.input, { ...options, signal });
    // Ctrl-C while a handler hangs ends the run without telling us.
    const cutOff = record.reasons.includes('stopped by hand');
    return { record, interrupted: interrupt.interrupted || cutOff };
  } finally {
    interrupt.release();
  }
}

/** In this thread, where a debugger finds it; Ctrl-C ends it at once. */
async function runInDebugger(
  subject: Subject,
  options: RunOptions,
  step: number,
  terminal: Terminal,
): Promise<Ended> {
  const { runCase } = await import('../run/run.ts');
  const { breakBefore } = await import('./break-at.ts');
  const observer = breakBefore(step, terminal);
  const { record } = await runCase(subject.scenario, subject.input, { ...options, observer });
  return { record, interrupted: false };
}

/** Prints the outcome and says whether it is the one that the case file tells of. */
function conclude(
  subject: Subject,
  record: RunRecord,
  terminal: Terminal,
  json: boolean,
): ExitCode {
  const { paint, width } = terminal;
  const comparison = compare(subject.expected, record);
  if (json) terminal.out(jsonLine(record) ?? '');
  else {
    terminal.out(runReport(record, { paint, width }));
    if (comparison.text !== '') terminal.out(`  ${comparison.text}`);
    const block = failureBlock(record, { paint, width, replay: subject.replay });
    if (block.length > 0) terminal.out(['', ...block]);
  }
  return comparison.code;
}

/** 1: the same failure; 0: held; 3: another failure than the case tells of, or no clear outcome. */
export function compare(
  expected: CaseFile['outcome'],
  record: RunRecord,
): { readonly code: ExitCode; readonly text: string } {
  const verdict = codeOfVerdict(record.verdict);
  if (expected === undefined) return { code: verdict, text: '' };
  const sameDigest = expected.digest === record.digest;
  const key = record.violation?.key;
  if (expected.verdict === record.verdict && expected.key === key) {
    const text = sameDigest
      ? 'the same as in the case file, to the last bit'
      : 'the same outcome as in the case file, though the digest is another: the code has changed';
    return { code: verdict, text };
  }
  const was = `${expected.verdict}${expected.rung === undefined ? '' : ` on ${expected.rung}`}`;
  const { divergence } = record;
  if (divergence === undefined) {
    const text = `the case file tells of another outcome: ${was}`;
    return { code: record.verdict === 'held' ? exitCode.held : exitCode.inconclusive, text };
  }
  // Held, but perhaps only because the run took another way: that mends nothing.
  const text =
    `the case file tells of another outcome (${was}) and no longer fits: the first choice that the ` +
    `run did not meet is ${divergence.point} of ${divergence.stream}, key ${divergence.key}`;
  return { code: exitCode.inconclusive, text };
}
