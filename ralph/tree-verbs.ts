import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shellWord } from '../src/record/replay-command.ts';
import { moduleUrl } from '../src/run/running-copy.ts';
import { type GroupEnd, runGroup, runMark } from './process-group.ts';

/** What a verb of the command line said about a tree. */
export interface VerbEnd {
  /** Its exit code; -1 when it did not end by itself. */
  readonly code: number;
  /** The object that it printed with `--json`. */
  readonly json: unknown;
  readonly stdout: string;
  readonly stderr: string;
  readonly wallMs: number;
  /** How it ended, in words. */
  readonly why: string;
}

/** How to run a verb. */
export interface VerbOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onStart?: ((pid: number) => void) | undefined;
}

/** Runs a verb of seedstorm in a tree, as a person would who stands there. */
export type RunVerb = (
  tree: string,
  args: readonly string[],
  options?: VerbOptions,
) => Promise<VerbEnd>;

/** The command as a person types it. */
export function shownCommand(args: readonly string[]): string {
  return ['seedstorm', ...args.map(shellWord)].join(' ');
}

/**
 * The program of the command line for a tree: the tree's own where it is seedstorm itself, so that
 * its own sources are judged and not those of the loop; else the running one.
 */
export function programFor(tree: string): string {
  const own = join(tree, 'src', 'cli', 'main.ts');
  if (isSeedstorm(tree) && existsSync(own)) return own;
  return fileURLToPath(moduleUrl('src/cli/main'));
}

/** Whether a tree holds the sources of seedstorm itself. */
export function isSeedstorm(tree: string): boolean {
  try {
    const text = readFileSync(join(tree, 'package.json'), 'utf8');
    return (JSON.parse(text) as { name?: unknown }).name === 'seedstorm';
  } catch {
    return false;
  }
}

/** Runs verbs as processes of their own, marked with the run of the loop. */
export function verbsOf(run: string): RunVerb {
  return async (tree, args, { signal, onStart } = {}) => {
    const output = { stdout: '', stderr: '' };
    const end = await runGroup({
      argv: [process.execPath, programFor(tree), ...args],
      cwd: tree,
      env: { ...plainEnvironment(), [runMark]: run },
      signal,
      onStart,
      onOutput: (chunk, stream) => {
        output[stream] += chunk.toString('utf8');
      },
    });
    const { why, wallMs } = end;
    return { ...output, code: codeOf(end), json: lastObject(output.stdout), wallMs, why };
  };
}

/** Whoever wants colours does not want them in data. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _, ...environment } = process.env;
  return { ...environment, NO_COLOR: '1' };
}

function codeOf(end: GroupEnd): number {
  return end.how === 'exited' ? (end.code ?? -1) : -1;
}

function lastObject(stdout: string): unknown {
  const line = stdout.trimEnd().split('\n').at(-1) ?? '';
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
