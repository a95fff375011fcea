import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { defaultBudget } from '../checkers/history/check-history.ts';
import { explain } from '../checkers/history/explain/explain.ts';
import { judgeParts } from '../checkers/history/judge.ts';
import type { NamedModel } from '../checkers/history/model.ts';
import { models } from '../checkers/history/models.ts';
import type { HistoryOperation } from '../checkers/history/operation.ts';
import { partsOf } from '../checkers/history/part.ts';
import { HistoryFormatError } from '../checkers/history/read/history-format-error.ts';
import { type ReadOptions, readHistory } from '../checkers/history/read/read-history.ts';
import type { CheckRecord } from '../record/check-record.ts';
import { didYouMean } from '../record/near-names.ts';
import { UsageError } from '../record/usage-error.ts';
import { checkReport, checkSummary } from '../report/check-report.ts';
import { jsonLine } from '../report/json.ts';
import { type ExitCode, exitCode, gravest } from './exit-code.ts';
import { parseWhole } from './option-values.ts';
import { reportError } from './report-error.ts';
import { shownIllegal } from './shown-illegal.ts';
import { processTerminal } from './terminal.ts';
import { addCommonOptions, type CommonOptions, type Verb } from './verb.ts';

interface CheckVerbOptions extends CommonOptions {
  readonly model?: string;
  readonly init?: string;
  readonly budget?: string;
  readonly format?: string;
  readonly independent?: true;
}

/** How each file is to be read and judged. */
interface Question {
  readonly model: NamedModel;
  readonly initial: unknown;
  readonly budget: number;
  readonly reading: ReadOptions;
}

/** `check`: whether histories are linearizable. */
export const checkVerb: Verb = {
  define(command: Command, finish) {
    const list = [...models.values()].map(({ name, summary }) => `  ${name.padEnd(15)} ${summary}`);
    addCommonOptions(
      command
        .argument(
          '<files...>',
          'histories: JSON lines, or history.edn of Jepsen; - is standard input',
        )
        .option('-m, --model <name>', 'what the object is: see below')
        .option('--init <json>', 'its first state, instead of the usual one')
        .option('--format <name>', 'jsonl or edn (default: by the first character)')
        .option('--independent', 'each value is [key, value], and keys are judged apart')
        .option('--budget <steps>', `steps of search before giving up (default: ${defaultBudget})`),
    )
      .addHelpText('after', `\nModels:\n${list.join('\n')}\n`)
      .action((files: string[], options: CheckVerbOptions) => {
        finish(check(files, options));
      });
  },
};

function check(files: readonly string[], options: CheckVerbOptions): ExitCode {
  const json = options.json === true;
  const terminal = processTerminal({ color: options.color, quiet: false });
  const { paint, width } = terminal;
  const question = questionOf(options);
  const records: CheckRecord[] = [];
  const codes: ExitCode[] = [];
  for (const file of files) {
    try {
      const record = judged(file, question);
      records.push(record);
      codes.push(codeOf(record));
      terminal.out(json ? (jsonLine(record) ?? '') : checkReport(record, { paint, width }));
    } catch (error) {
      // The other files can be judged all the same.
      codes.push(reportError(error, terminal));
    }
  }
  if (!json && records.length > 1) terminal.out(checkSummary(records));
  return gravest(codes);
}

function codeOf({ verdict }: CheckRecord): ExitCode {
  if (verdict === 'illegal') return exitCode.broken;
  return verdict === 'unknown' ? exitCode.inconclusive : exitCode.held;
}

function questionOf(options: CheckVerbOptions): Question {
  const { budget, format, init, independent } = options;
  const names = [...models.keys()];
  if (options.model === undefined) {
    throw new UsageError(
      'it is not said what the object is',
      '--model',
      `there are: ${names.join(', ')}`,
    );
  }
  const model = models.get(options.model);
  if (model === undefined) {
    const hint = `${didYouMean(options.model, names)}\nthere are: ${names.join(', ')}`;
    throw new UsageError(`there is no model "${options.model}"`, '--model', hint);
  }
  if (format !== undefined && format !== 'jsonl' && format !== 'edn') {
    throw new UsageError(`expected jsonl or edn, got "${format}"`, '--format');
  }
  return {
    model,
    initial: init === undefined ? model.initial : initialOf(model, init),
    budget: budget === undefined ? defaultBudget : parseWhole(budget, '--budget'),
    reading: { model, ...(format && { format }), independent: independent === true },
  };
}

function initialOf(model: NamedModel, text: string): unknown {
  const hint = `expected ${model.initials}, as JSON`;
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new UsageError(`"${text}" is not JSON`, '--init', hint);
  }
  const initial = model.readInitial(given);
  if (initial !== undefined) return initial;
  throw new UsageError(`${text} is no state of ${model.name}`, '--init', hint);
}

function judged(file: string, { model, initial, budget, reading }: Question): CheckRecord {
  const text = textOf(file);
  const started = performance.now();
  const history = historyOf(file, text, reading);
  const parts = partsOf(model, history);
  const { illegal, known, steps } = judgeParts(model, parts, initial, budget);
  const ms = Math.round((performance.now() - started) * 1_000) / 1_000;
  const verdict = illegal !== undefined ? 'illegal' : known ? 'ok' : 'unknown';
  const record = { file, verdict, ms, ops: history.length, steps } as const;
  if (illegal === undefined) return record;
  const numbers = new Map(history.map(({ invokedAt }, i) => [invokedAt, i]));
  const explanation = explain(model, illegal, initial, numbers);
  return { ...record, illegal: shownIllegal(model, history, explanation) };
}

function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'no such file' : `cannot read it: ${message}`;
    throw new UsageError(what, file);
  }
}

function historyOf(file: string, text: string, reading: ReadOptions): readonly HistoryOperation[] {
  try {
    return readHistory(text, reading);
  } catch (error) {
    if (!(error instanceof HistoryFormatError)) throw error;
    throw new UsageError(error.problem, `${file}:${error.line}`);
  }
}
