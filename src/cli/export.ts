import type { Command } from 'commander';
import { didYouMean } from '../record/near-names.ts';
import type { RunTrace } from '../record/run-trace.ts';
import { UsageError } from '../record/usage-error.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { parseWhole } from './option-values.ts';
import { runForPictures, writeOutput } from './picture-run.ts';
import { subjectOf } from './subject.ts';
import { processTerminal } from './terminal.ts';
import { addRunningOptions, type CommonOptions, type RunningOptions, type Verb } from './verb.ts';

interface ExportVerbOptions extends RunningOptions, CommonOptions {
  readonly seed?: string;
  readonly format?: string;
  readonly output?: string;
  readonly events?: string;
}

/** A way to write a run for another tool; undefined: there is nothing to be written. */
interface Format {
  readonly summary: string;
  write(trace: RunTrace): Promise<string | undefined>;
}

const formats: Readonly<Record<string, Format>> = {
  perfetto: {
    summary: 'a trace for ui.perfetto.dev or chrome://tracing',
    write: async (trace) => (await import('../report/export/perfetto.ts')).perfettoTrace(trace),
  },
  shiviz: {
    summary: 'a log with vector clocks for ShiViz',
    write: async (trace) => (await import('../report/export/shiviz.ts')).shivizLog(trace),
  },
  jsonl: {
    summary: 'every event as a line of JSON, with what messages said',
    write: async (trace) => (await import('../report/export/trace-jsonl.ts')).traceJsonl(trace),
  },
  edn: {
    summary: 'what clients saw, as a history of Jepsen',
    write: async (trace) => (await import('../report/export/jepsen-edn.ts')).jepsenHistory(trace),
  },
};

/** `export`: a case file or a seed, for other tools. */
export const exportVerb: Verb = {
  define(command: Command, finish) {
    const list = Object.entries(formats).map(
      ([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`,
    );
    addRunningOptions(
      command
        .argument('<case-or-scenario>', 'a case file, or with --seed a scenario')
        .option('--seed <seed>', 'the seed of the scenario')
        .option('--format <name>', 'for which tool: see below')
        .option('--output <file>', 'where to (default: standard output)')
        .option('--events <n>', 'only the last n events'),
    )
      .addHelpText('after', `\nFormats:\n${list.join('\n')}\n`)
      .action(async (argument: string, options: ExportVerbOptions) => {
        finish(await exportRun(argument, options));
      });
  },
};

/** The exit code says whether it was written, not what the run came to. */
async function exportRun(argument: string, options: ExportVerbOptions): Promise<ExitCode> {
  const terminal = processTerminal({ color: options.color, quiet: options.json === true });
  const format = formatOf(options.format);
  const events = options.events === undefined ? undefined : parseWhole(options.events, '--events');
  const subject = await subjectOf(argument, options, 'export');
  const { trace, interrupted } = await runForPictures(subject, events, options.paranoid === true);
  const text = await format.write(trace);
  if (text === undefined) {
    throw new UsageError(
      'the clients of this scenario keep no history',
      `--format ${options.format}`,
    );
  }
  if (options.output === undefined) process.stdout.write(text);
  else {
    await writeOutput(options.output, text);
    terminal.note(`${options.output}: ${trace.record.verdict}, digest ${trace.record.digest}`);
  }
  return interrupted ? exitCode.interrupted : exitCode.held;
}

function formatOf(name: string | undefined): Format {
  const names = Object.keys(formats);
  const hint = `there are: ${names.join(', ')}`;
  if (name === undefined) throw new UsageError('it is not said for which tool', '--format', hint);
  if (Object.hasOwn(formats, name)) return formats[name]!;
  const near = didYouMean(name, names);
  throw new UsageError(`there is no format "${name}"`, '--format', near === '' ? hint : near);
}
