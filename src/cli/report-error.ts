import { HarnessFault } from '../record/harness-fault.ts';
import { UsageError } from '../record/usage-error.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { processTerminal, type Terminal } from './terminal.ts';

const detailLines = 20;

/**
 * Says on standard error what went wrong and gives the exit code: a person's mistake on one screen
 * and without a stack trace, a fault of the harness with all that helps to find it.
 */
export function reportError(error: unknown, terminal: Terminal = processTerminal()): ExitCode {
  const { notePaint } = terminal;
  if (error instanceof UsageError) {
    const lines = [`${notePaint.bad('error')}: ${error.what}`];
    if (error.where !== '') lines.push(`  at ${error.where}`);
    lines.push(...indented(error.hint));
    terminal.note(lines.slice(0, detailLines));
    return exitCode.usage;
  }
  if (error instanceof HarnessFault) {
    const seed = error.seed === undefined ? '' : ` (seed ${error.seed})`;
    terminal.note([
      `${notePaint.bad('fault of the harness')}${seed}: ${error.message}`,
      ...error.details.slice(0, detailLines).flatMap(indented),
      ...(error.cause instanceof Error ? indented(error.cause.stack ?? error.cause.message) : []),
      'No verdict can be believed until this is mended.',
    ]);
    return exitCode.harnessFault;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.note([`${notePaint.bad('fault of the harness')}: seedstorm itself failed`, text]);
  return exitCode.harnessFault;
}

function indented(text: string): string[] {
  return text === '' ? [] : text.split('\n').map((line) => `  ${line}`);
}
