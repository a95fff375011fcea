import { stripVTControlCharacters } from 'node:util';
import { UsageError } from '../src/record/usage-error.ts';
import { endStrays, type GroupEnd, runGroup, runMark } from './process-group.ts';

/** How to call an agent, and how much it may take. */
export interface AgentOptions {
  /** Program and arguments; `{prompt}`, `{bundle}` and `{cwd}` in them are filled in. */
  readonly argv: readonly string[];
  /** Real time of one call. */
  readonly wallMs: number;
  /** Real time without a word. */
  readonly idleMs: number;
  /** Environment variables that it gets beside the usual ones, by name. */
  readonly environment: readonly string[];
}

/** What it gets to work with. */
export interface AgentTask {
  readonly prompt: string;
  readonly bundle: string;
  readonly cwd: string;
  readonly run: string;
  readonly signal: AbortSignal;
  /** Told of each line of output as long as there are not too many. */
  readonly onLine: (line: string) => void;
}

/** How a call ended. */
export interface AgentEnd extends GroupEnd {
  /** The end of what it printed. */
  readonly tail: string;
  /** Lines that were not told. */
  readonly skippedLines: number;
  /** Processes that it had left behind outside of its group. */
  readonly strays: number;
}

/** Variables that every program gets; secrets are not among them. */
const usual: readonly string[] = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'TERM',
  'TZ',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SystemRoot',
  'APPDATA',
  'LOCALAPPDATA',
  'USERPROFILE',
];

const outputBytes = 64 << 20;
/** Of the output, the first so many characters are told as they come, and the last kept. */
const toldCharacters = 64 << 10;
const tailCharacters = 16 << 10;

/**
 * Calls an agent and waits until it and all that it started are gone.
 * @throws UsageError when there is no such program
 */
export async function callAgent(options: AgentOptions, task: AgentTask): Promise<AgentEnd> {
  const { prompt, bundle, cwd, run, signal } = task;
  const values: Readonly<Record<string, string>> = { prompt, bundle, cwd };
  const argv = options.argv.map((word) =>
    word.replaceAll(/\{(prompt|bundle|cwd)\}/g, (_, name: string) => values[name]!),
  );
  const teller = new OutputTeller(task.onLine);
  const end = await runGroup({
    argv,
    cwd,
    env: { ...environmentOf(options.environment), [runMark]: run },
    input: prompt,
    wallMs: options.wallMs,
    idleMs: options.idleMs,
    outputBytes,
    signal,
    onOutput: (chunk) => teller.take(chunk.toString('utf8')),
  });
  teller.end();
  const strays = endStrays(run);
  if (end.how === 'not started') {
    throw new UsageError(`the agent cannot be started: ${end.why}`, '--agent', argv[0] ?? '');
  }
  return { ...end, tail: teller.tail, skippedLines: teller.skippedLines, strays };
}

function environmentOf(more: readonly string[]): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const name of [...usual, ...more]) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}

/** Makes lines of output and stops telling them when there are too many. */
class OutputTeller {
  tail = '';
  skippedLines = 0;
  readonly #tell: (line: string) => void;
  #told = 0;
  #rest = '';

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  take(text: string): void {
    this.tail = (this.tail + text).slice(-tailCharacters);
    const lines = (this.#rest + text).split('\n');
    this.#rest = (lines.pop() ?? '').slice(-toldCharacters);
    for (const line of lines) this.#line(line);
  }

  end(): void {
    if (this.#rest !== '') this.#line(this.#rest);
    this.#rest = '';
  }

  #line(line: string): void {
    this.#told += line.length + 1;
    if (this.#told > toldCharacters) this.skippedLines++;
    else this.#tell(printable(line));
  }
}

/** Without what would move a reader's cursor or colour the screen. */
function printable(line: string): string {
  return stripVTControlCharacters(line).replaceAll(/[^\P{Cc}\t]/gu, '');
}

/**
 * Words of a command as typed: blanks separate, quotes hold together, nothing is expanded.
 * @throws UsageError when a quote is not closed
 */
export function commandWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (const character of text) {
    if (quote !== '') {
      if (character === quote) quote = '';
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== '') throw new UsageError(`a ${quote} is not closed`, '--agent');
  if (word !== undefined) words.push(word);
  if (words.length === 0) throw new UsageError('no program is named', '--agent');
  return words;
}
