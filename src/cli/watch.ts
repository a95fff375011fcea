import { randomInt } from 'node:crypto';
import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { UsageError } from '../record/usage-error.ts';
import type { SessionPort } from '../watch/protocol.ts';
import type { ExitCode } from './exit-code.ts';
import { gather } from './option-values.ts';
import { type Subject, subjectOf } from './subject.ts';
import type { Verb } from './verb.ts';

interface WatchVerbOptions {
  readonly seed?: string;
  readonly set?: readonly string[];
  readonly follow?: string;
  /** False after `--no-color`. */
  readonly color: boolean;
}

/** `watch`: one cluster, live, or what a sweep elsewhere leaves in its logs. */
export const watchVerb: Verb = {
  define(command: Command, finish) {
    command
      .argument('[scenario-or-case]', 'a name (see list), the path of a file, or a case file')
      .option('--seed <seed>', 'the seed of the scenario (default: a new one, which is shown)')
      .option(
        '--set <path=value>',
        'fix a drawn setting; may be repeated (list <scenario> shows the paths)',
        gather,
      )
      .option('--follow <directory>', 'follow the logs of a sweep or loop that runs elsewhere')
      .option('--no-color', 'print without colours (NO_COLOR does it too)')
      .action(async (argument: string | undefined, options: WatchVerbOptions) => {
        finish(await watch(argument, options));
      });
  },
};

/** Small enough to be read out loud; any seed up to 2^53 - 1 can be given. */
const freshSeeds = 1_000_000_000;

async function watch(argument: string | undefined, options: WatchVerbOptions): Promise<ExitCode> {
  const { follow } = options;
  if (follow !== undefined) {
    if (argument !== undefined || options.seed !== undefined || options.set !== undefined) {
      throw new UsageError('either a scenario or a directory can be watched', '--follow');
    }
    return await followLogs(follow, options);
  }
  if (argument === undefined) {
    throw new UsageError('nothing to watch', '', 'seedstorm watch raft-storm, or --follow logs');
  }
  const subject = await subjectNamed(argument, options);
  if (!isTerminal()) {
    const { printTransitions } = await import('./watch-lines.ts');
    return await printTransitions(subject, options.color);
  }
  return await show(await portOf(subject), options.color);
}

async function subjectNamed(argument: string, options: WatchVerbOptions): Promise<Subject> {
  const { seed, set } = options;
  const wanted = argument.endsWith('.json') ? seed : (seed ?? String(randomInt(freshSeeds)));
  const settings = set === undefined ? {} : { set };
  const given = wanted === undefined ? settings : { ...settings, seed: wanted };
  return await subjectOf(argument, given, 'watch');
}

/** Whether there is somebody to look at a full screen, and keys to press. */
function isTerminal(): boolean {
  const { stdin, stdout, env } = process;
  return stdin.isTTY === true && stdout.isTTY === true && env.TERM !== 'dumb';
}

async function portOf({ reference, input }: Subject): Promise<SessionPort> {
  const { workerPort } = await import('../watch/host/worker-port.ts');
  return workerPort({ reference, input });
}

async function followLogs(directory: string, options: WatchVerbOptions): Promise<ExitCode> {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UsageError('there is no such directory', directory, 'usually it is logs');
  }
  if (!isTerminal()) {
    const { printLogs } = await import('./watch-log-lines.ts');
    return await printLogs(directory);
  }
  const { logPort } = await import('../watch/host/log-port.ts');
  const open = async (path: string): Promise<SessionPort> =>
    await portOf(await subjectOf(path, {}, 'watch'));
  return await show(logPort({ directory, open }), options.color);
}

/** Ink and React are loaded here and not before. */
async function show(port: SessionPort, color: boolean): Promise<ExitCode> {
  const { openScreen } = await import('../watch/screen/open-screen.ts');
  const { exitCode, failure } = await openScreen(port, { color });
  if (failure !== undefined) {
    process.stderr.write(`${[failure.text, ...failure.details].join('\n')}\n`);
  }
  return exitCode as ExitCode;
}
