import { Command, CommanderError } from 'commander';
import { packageVersion } from '../run/running-copy.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { reportError } from './report-error.ts';
import { verbs } from './verbs.ts';

/** The whole program: parses the arguments, runs one verb and says with which code to exit. */
async function main(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = exitCode.held;
  const program = new Command('seedstorm')
    .description('Deterministic simulation testing for distributed systems')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpCommand('help [verb]', 'show the options of a verb')
    .configureOutput({ outputError: (text, write) => write(text) })
    .exitOverride()
    .showHelpAfterError('(add --help for the options)')
    .addHelpText('after', exitCodesText);
  for (const entry of verbs) {
    const command = program.command(entry.name).summary(entry.summary);
    command.description(`${entry.summary[0]!.toUpperCase()}${entry.summary.slice(1)}.`);
    // Loading a verb costs time that only its own users should pay.
    if (!args.includes(entry.name)) continue;
    const verb = await entry.load();
    verb.define(command, (given) => {
      code = given;
    });
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? code : exitCode.usage;
    return reportError(error);
  }
}

const exitCodesText = `
Exit codes:
  0 held   1 a rung broke   2 usage or configuration   3 inconclusive
  4 nothing selected
  10 a budget is spent   11 blocked on diagnosis   12 blocked on a person
  13 provider unavailable   70 fault of the harness   130 interrupted`;

/** Exits only when all text is out, since a pipe takes it later than a file does. */
function exit(code: ExitCode): void {
  process.exitCode = code;
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}

// A reader that has seen enough (head, less) closes the pipe: no reason to complain.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(process.exitCode ?? exitCode.held);
  });
}

exit(await main(process.argv.slice(2)));
