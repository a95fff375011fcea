import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import type { GateListener } from '../record/gate-record.ts';
import { didYouMean } from '../record/near-names.ts';
import { UsageError } from '../record/usage-error.ts';
import { plainPaint } from '../report/paint.ts';
import type { Reporter, ReporterFactory, ReporterOutput } from '../report/reporter.ts';
import { reporters } from '../report/reporters.ts';
import { fileError, writeWhole } from '../run/case-store.ts';
import { gather } from './option-values.ts';
import type { Terminal } from './terminal.ts';

/** What the command line says of reporters; `outputFile.<name>` stands beside it. */
export interface ReporterOptions {
  readonly reporter?: readonly string[];
}

/** Declares `--reporter` and `--outputFile.<name>`; names of one's own are taken from the arguments. */
export function addReporterOptions(
  command: Command,
  args: readonly string[] = process.argv,
): Command {
  const given = args.map((word) => /^--outputFile\.([^=]+)/.exec(word)?.[1]);
  const own = given.filter((name) => name !== undefined && !(name in reporters)) as string[];
  command.option(
    '--reporter <name>',
    `${Object.keys(reporters).join(', ')}, or a module; may be repeated`,
    gather,
  );
  for (const name of Object.keys(reporters)) {
    command.option(
      `--outputFile.${name} <path>`,
      `where ${name} writes in place of standard output`,
    );
  }
  for (const name of new Set(own)) command.option(`--outputFile.${name} <path>`);
  return command;
}

/** Files by the names of their reporters, as the command line gives them. */
export function outputFilesOf(options: object): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const [option, path] of Object.entries(options)) {
    const [, name] = /^outputFile\.(.+)$/.exec(option) ?? [];
    if (name !== undefined && typeof path === 'string') files[name] = path;
  }
  return files;
}

/** Which reporters to make. */
export interface ReporterSelection {
  /** Names and paths of modules. */
  readonly names: readonly string[];
  readonly outputFiles: Readonly<Record<string, string>>;
  /** Where reporters write that make no sense on a screen, unless they are told: an absolute folder. */
  readonly output: string;
  /** What the file of a blob is called. */
  readonly blobName: string;
  readonly cwd: string;
}

/** Reporters at work, as one listener. */
export interface ReporterSet {
  readonly listener: GateListener;
  /** Writes what waits for the end; gives the complaints about reporters that threw. */
  close(): readonly string[];
}

/**
 * Makes reporters and opens their files before any work begins.
 *
 * @throws UsageError when there is no such reporter, or a file cannot be written
 */
export async function openReporters(
  selection: ReporterSelection,
  terminal: Terminal,
): Promise<ReporterSet> {
  const { names, outputFiles, cwd } = selection;
  const chosen = await Promise.all(names.map((name) => reporterNamed(name, cwd)));
  for (const name of Object.keys(outputFiles)) {
    if (chosen.some((one) => one.name === name)) continue;
    const hint = didYouMean(
      name,
      chosen.map((one) => one.name),
    );
    throw new UsageError(`the reporter ${name} is not in use`, `--outputFile.${name}`, hint);
  }
  const sinks: Sink[] = [];
  const made = chosen.map(({ name, factory }) => {
    const path = outputFiles[name] ?? defaultFile(name, selection);
    const sink = path === undefined ? screenSink(terminal) : fileSink(resolve(cwd, path));
    sinks.push(sink);
    return { name, reporter: factory(sink.output) };
  });
  const complaints: string[] = [];
  return {
    listener: listenerOf(made, complaints),
    close() {
      for (const sink of sinks) sink.close();
      return complaints;
    },
  };
}

async function reporterNamed(
  given: string,
  cwd: string,
): Promise<{ readonly name: string; readonly factory: ReporterFactory }> {
  const own = reporters[given];
  if (own !== undefined) return { name: given, factory: own };
  if (!/[\\/]|\.[mc]?[jt]s$/.test(given)) {
    const hint = didYouMean(given, Object.keys(reporters));
    throw new UsageError(`there is no reporter ${given}`, '--reporter', hint);
  }
  const { importModule } = await import('../run/loader.ts');
  const module = await importModule(pathToFileURL(resolve(cwd, given)).href);
  if (typeof module.default !== 'function') {
    const hint = 'export default (output) => ({ onEnd(record) { ... } })';
    throw new UsageError('its default export makes no reporter', given, hint);
  }
  const name = basename(given).replace(/\.[mc]?[jt]s$/, '');
  return { name, factory: module.default as ReporterFactory };
}

function defaultFile(name: string, { output, blobName }: ReporterSelection): string | undefined {
  if (name === 'blob') return resolve(output, blobName);
  return name === 'html' ? resolve(output, 'report.html') : undefined;
}

interface Sink {
  readonly output: ReporterOutput;
  close(): void;
}

const environment = process.env;

function screenSink(terminal: Terminal): Sink {
  let last: string | undefined;
  const { paint, width } = terminal;
  return {
    output: {
      write: (lines) => terminal.out(lines),
      replace: (document) => {
        last = document;
      },
      paint,
      width,
      environment,
      linkTo: (path) => path,
      appendTo,
    },
    close: () => {
      if (last !== undefined) terminal.out(last);
    },
  };
}

function fileSink(path: string): Sink {
  const save = (work: () => void): void => {
    try {
      mkdirSync(dirname(path), { recursive: true });
      work();
    } catch (error) {
      throw fileError(error, path, 'written');
    }
  };
  save(() => writeFileSync(path, ''));
  const text = (lines: string | readonly string[]): string =>
    typeof lines === 'string' ? `${lines}\n` : lines.map((line) => `${line}\n`).join('');
  return {
    output: {
      write: (lines) => save(() => appendFileSync(path, text(lines))),
      replace: (document) => save(() => writeWhole(path, `${document}\n`)),
      paint: plainPaint,
      width: 100,
      environment,
      linkTo: (target) => relative(dirname(path), resolve(target)).replaceAll('\\', '/'),
      appendTo,
    },
    close: () => {},
  };
}

function appendTo(path: string, text: string): void {
  try {
    appendFileSync(path, `${text}\n`);
  } catch (error) {
    throw fileError(error, path, 'written');
  }
}

/** Tells all reporters; one that throws is told nothing more, and the gate goes on. */
function listenerOf(
  made: readonly { readonly name: string; readonly reporter: Reporter }[],
  complaints: string[],
): GateListener {
  const silent = new Set<Reporter>();
  const complain = (name: string, reporter: Reporter, error: unknown): void => {
    silent.add(reporter);
    const what = error instanceof Error ? error.message : String(error);
    complaints.push(`the reporter ${name} failed: ${what}`);
  };
  const tell = async (hook: (reporter: Reporter) => unknown): Promise<void> => {
    const answers: Promise<void>[] = [];
    for (const { name, reporter } of made) {
      if (silent.has(reporter)) continue;
      try {
        const answer = Promise.resolve(hook(reporter));
        answers.push(
          answer.then(
            () => {},
            (error: unknown) => complain(name, reporter, error),
          ),
        );
      } catch (error) {
        complain(name, reporter, error);
      }
    }
    await Promise.all(answers);
  };
  return {
    onBegin: (plan) => void tell((reporter) => reporter.onBegin?.(plan)),
    onPartBegin: (part) => void tell((reporter) => reporter.onPartBegin?.(part)),
    onProgress: (progress) => void tell((reporter) => reporter.onProgress?.(progress)),
    onFinding: (finding) => void tell((reporter) => reporter.onFinding?.(finding)),
    onPart: (part, soFar) => void tell((reporter) => reporter.onPart?.(part, soFar)),
    onEnd: (record) => tell((reporter) => reporter.onEnd?.(record)),
  };
}
