import { type Paint, paintFor } from '../report/paint.ts';

/** Where a command writes: data to standard output, chatter to standard error. */
export interface Terminal {
  /** For what goes to standard output. */
  readonly paint: Paint;
  /** For what goes to standard error. */
  readonly notePaint: Paint;
  /** Columns of the screen; 100 where there is none. */
  readonly width: number;
  /** Whether a line on standard error can be written over. */
  readonly animated: boolean;
  /** Prints data. */
  out(lines: string | readonly string[]): void;
  /** Prints chatter. */
  note(lines: string | readonly string[]): void;
}

/** Options of a command that shape what it prints. */
export interface TerminalOptions {
  /** False after `--no-color`. */
  readonly color?: boolean;
  /** Chatter is left out, for `--json` into a pipe; errors still show. */
  readonly quiet?: boolean;
}

/** The terminal of this process. */
export function processTerminal(options: TerminalOptions = {}): Terminal {
  const allowed = options.color !== false;
  const environment = process.env;
  const { stdout, stderr } = process;
  return {
    paint: paintFor({ allowed, isTerminal: stdout.isTTY === true, environment }),
    notePaint: paintFor({ allowed, isTerminal: stderr.isTTY === true, environment }),
    width: Math.min(140, Math.max(60, stdout.columns ?? 100)),
    animated: stderr.isTTY === true && environment.TERM !== 'dumb' && !inCi(environment),
    out: (lines) => void stdout.write(joined(lines)),
    note: (lines) => {
      if (options.quiet !== true) stderr.write(joined(lines));
    },
  };
}

function inCi(environment: NodeJS.ProcessEnv): boolean {
  return environment.CI !== undefined && environment.CI !== '' && environment.CI !== 'false';
}

function joined(lines: string | readonly string[]): string {
  if (typeof lines === 'string') return `${lines}\n`;
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
