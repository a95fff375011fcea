import type { Command } from 'commander';
import type { RunTrace } from '../record/run-trace.ts';
import { UsageError } from '../record/usage-error.ts';
import { count, plural } from '../report/format.ts';
import { jsonLine } from '../report/json.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { parseWhole } from './option-values.ts';
import { reportPath, runForPictures, writeOutput } from './picture-run.ts';
import { type Subject, subjectOf } from './subject.ts';
import { processTerminal } from './terminal.ts';
import { addRunningOptions, type RunningOptions, type Verb } from './verb.ts';

interface ReportVerbOptions extends RunningOptions {
  readonly seed?: string;
  readonly output?: string;
  readonly events?: string;
  readonly bench?: true;
  readonly history?: string;
}

/** Beyond that a browser takes long to open the file; `--events` says otherwise. */
const defaultEvents = 100_000;

/** `report`: a case file, a seed or the history of benchmarks as one HTML file with pictures. */
export const reportVerb: Verb = {
  define(command: Command, finish) {
    addRunningOptions(
      command
        .argument('[case-or-scenario]', 'a case file, or with --seed a scenario')
        .option('--seed <seed>', 'the seed of the scenario')
        .option('--output <file>', 'where to (default: below logs/reports); - is standard output')
        .option(
          '--events <n>',
          `keep the last n events (default: ${count(defaultEvents).replace(',', '')})`,
        )
        .option('--bench', 'draw the history of benchmarks instead')
        .option('--history <file>', 'the history for --bench (default: logs/bench.jsonl)'),
    ).action(async (argument: string | undefined, options: ReportVerbOptions) => {
      if (options.bench === true) finish(await bench(argument, options));
      else finish(await report(checked(argument, options), options));
    });
  },
};

/** What `--bench` has no use for. */
const ofRuns = ['seed', 'events', 'set', 'rungs', 'paranoid'] as const;

async function bench(argument: string | undefined, options: ReportVerbOptions): Promise<ExitCode> {
  const given = argument ?? ofRuns.find((name) => options[name] !== undefined);
  if (given !== undefined) {
    const hint = 'it draws a history: --history, --output and --json go with it';
    throw new UsageError(`${argument ?? `--${given}`} has no meaning here`, '--bench', hint);
  }
  const { reportBench } = await import('./report-bench.ts');
  return await reportBench(options);
}

/** The case or scenario of a report that is not of benchmarks. */
function checked(argument: string | undefined, options: ReportVerbOptions): string {
  if (options.history !== undefined) {
    throw new UsageError('only --bench reads a history', '--history');
  }
  if (argument !== undefined) return argument;
  const hint = 'seedstorm report <case>, report <scenario> --seed 1, or report --bench';
  throw new UsageError('a case file or a scenario is missing', 'report', hint);
}

/** A shrunk case has its story told above the pictures; of another one it would be too long. */
async function withStory(trace: RunTrace, path: string, subject: Subject): Promise<RunTrace> {
  const isShrunk = 'choices' in subject.input && subject.input.choices.kind === 'calm';
  if (!isShrunk || trace.record.violation === undefined) return trace;
  const { readCase } = await import('../run/case-store.ts');
  const { gatherFacts } = await import('../run/story/gather-facts.ts');
  const { tellStory } = await import('../report/story/tell-story.ts');
  const { storySections } = await import('../report/story/story-sections.ts');
  const facts = await gatherFacts(subject.reference, readCase(path));
  return { ...trace, story: storySections(tellStory(facts)) };
}

/** The exit code says whether the report was written, not what the run came to. */
async function report(argument: string, options: ReportVerbOptions): Promise<ExitCode> {
  const json = options.json === true;
  const terminal = processTerminal({ color: options.color, quiet: json });
  const events =
    options.events === undefined ? defaultEvents : parseWhole(options.events, '--events');
  const subject = await subjectOf(argument, options, 'report');
  const { trace, interrupted } = await runForPictures(subject, events, options.paranoid === true);
  const { htmlReport } = await import('../report/html/html-report.ts');
  const text = htmlReport(interrupted ? trace : await withStory(trace, argument, subject));
  const file = options.output ?? reportPath(argument, options.seed);
  const code = interrupted ? exitCode.interrupted : exitCode.held;
  if (file === '-') {
    process.stdout.write(text);
    return code;
  }
  await writeOutput(file, text);
  const { record, dropped } = trace;
  const { verdict, violation, digest } = record;
  if (json) {
    const bytes = Buffer.byteLength(text);
    const told = { schema: 'seedstorm-report/1', file, bytes, verdict, digest };
    terminal.out(jsonLine({ ...told, events: trace.events.length, dropped }) ?? '');
    return code;
  }
  terminal.out(file);
  const left = dropped === 0 ? '' : `, ${plural(dropped, 'earlier one')} left out`;
  const rung = violation === undefined ? '' : ` on ${violation.rung}`;
  const kilobytes = count(Math.ceil(text.length / 1000));
  terminal.note(
    `${verdict}${rung}, ${plural(trace.events.length, 'event')}${left}, ${kilobytes} kB; open it in a browser`,
  );
  return code;
}
