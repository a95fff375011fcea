import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { StatusRecord } from '../record/status-record.ts';
import { UsageError } from '../record/usage-error.ts';
import { plural } from '../report/format.ts';
import { jsonLine } from '../report/json.ts';
import { type StatusFormat, statusPage } from '../report/status-page.ts';
import { statusReport } from '../report/status-text.ts';
import { type ExitCode, exitCode, gravest } from './exit-code.ts';
import { firstDifference } from './first-difference.ts';
import { logsDirectory } from './logs.ts';
import { gather, parseNames, parseWhole } from './option-values.ts';
import { writeOutput } from './picture-run.ts';
import { computed, type StatusPlace } from './status-place.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import { addCommonOptions, type CommonOptions, type Verb } from './verb.ts';

interface StatusOptions extends CommonOptions {
  readonly claims: string;
  readonly logs?: string;
  readonly output?: readonly string[];
  readonly check?: true;
  readonly prove?: string | true;
  readonly jobs?: string;
  readonly audit?: readonly string[];
}

/** `status`: where the claims of a project stand, by its evidence. */
export const statusVerb: Verb = {
  define(command: Command, finish) {
    addCommonOptions(
      command
        .option('--claims <file>', 'what the project claims', 'claims.json')
        .option('--logs <folder>', 'where the evidence is (default: logs beside the claims)')
        .option('--output <file>', 'write this .md, .json or .html; may be repeated', gather)
        .option('--check', 'write nothing; red when a status file is not as computed')
        .option('--prove [ids]', 'first run whatever the claims that are not held need')
        .option('--jobs <n>', 'worker threads of what --prove runs (default: one per processor)')
        .option(
          '--audit <file>',
          'list the contradictions of a tracker that is kept by hand',
          gather,
        ),
    ).action(async (options: StatusOptions) => {
      finish(await status(options));
    });
  },
};

async function status(options: StatusOptions): Promise<ExitCode> {
  const json = options.json === true;
  const terminal = processTerminal({ color: options.color, quiet: json });
  refuseMixtures(options);
  const path = resolve(options.claims);
  const root = dirname(path);
  const logs = options.logs === undefined ? join(root, logsDirectory) : resolve(options.logs);
  const place: StatusPlace = { root, name: basename(path), logs };
  if (options.audit !== undefined) {
    const { auditTrackers } = await import('./status-audit.ts');
    return auditTrackers(options.audit, place, json, terminal);
  }
  if (!existsSync(path)) {
    const hint = 'docs/status-and-evidence.md says what it holds; --claims names another file';
    throw new UsageError('there is no file of claims', options.claims, hint);
  }
  let proved: ExitCode = exitCode.held;
  if (options.prove !== undefined) {
    const { proveClaims } = await import('./status-prove.ts');
    const ids = options.prove === true ? undefined : parseNames(options.prove, '--prove');
    const jobs = options.jobs === undefined ? undefined : parseWhole(options.jobs, '--jobs');
    proved = await proveClaims(place, { ids, jobs }, terminal);
  }
  const { record, files, ages } = await computed(place);
  if (record.claims.length === 0) {
    terminal.note('there are no claims');
    return exitCode.nothingSelected;
  }
  const chosen = (options.output ?? files).map((file) => ({ file, format: formatOf(file) }));
  // Given on the command line, a path is one of the working directory.
  const pathOf = (file: string): string => resolve(options.output === undefined ? root : '.', file);
  if (options.check === true) return check(record, chosen, pathOf, json, terminal);
  for (const { file, format } of chosen) {
    await writeOutput(pathOf(file), statusPage(record, format));
  }
  if (json) terminal.out(jsonLine({ ...record, commitsAgo: Object.fromEntries(ages) }) ?? '');
  else terminal.out(statusReport(record, ages, terminal.paint));
  terminal.note(`written: ${chosen.map(({ file }) => file).join(', ')}`);
  return options.prove === undefined ? exitCode.held : gravest([proved, codeOfStatus(record)]);
}

function refuseMixtures({ check: checks, prove, audit, output, logs }: StatusOptions): void {
  const given = [
    ...(checks === undefined ? [] : ['--check']),
    ...(prove === undefined ? [] : ['--prove']),
    ...(audit === undefined ? [] : ['--audit']),
  ];
  if (prove !== undefined && logs !== undefined) given.push('--logs');
  if (given.length > 1) {
    throw new UsageError(`${given.join(' and ')} exclude each other`, given[1]!);
  }
  if (audit !== undefined && output !== undefined) {
    throw new UsageError('--audit writes no file', '--output');
  }
}

function formatOf(file: string): StatusFormat {
  const format = extname(file).slice(1);
  if (format === 'md' || format === 'json' || format === 'html') return format;
  throw new UsageError('a status file ends in .md, .json or .html', file);
}

/** Red when a file differs by one byte from what is computed. */
function check(
  record: StatusRecord,
  files: readonly { readonly file: string; readonly format: StatusFormat }[],
  pathOf: (file: string) => string,
  json: boolean,
  terminal: Terminal,
): ExitCode {
  const differences = files.flatMap(({ file, format }) => {
    const path = pathOf(file);
    const found = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    const difference = firstDifference(statusPage(record, format), found);
    return difference === undefined ? [] : [{ file, ...difference }];
  });
  const { counts } = record;
  if (json)
    terminal.out(jsonLine({ schema: 'seedstorm-status-check/1', differences, counts }) ?? '');
  for (const { file, line, committed, computed: right } of differences) {
    if (json) continue;
    terminal.out([
      `${terminal.paint.bad('differs')}  ${file}:${line}`,
      `  in the file  ${committed ?? 'nothing'}`,
      `  computed     ${right ?? 'nothing'}`,
    ]);
  }
  if (differences.length === 0) {
    const names = files.map(({ file }) => file).join(', ');
    if (!json) terminal.out(`${terminal.paint.good('as computed')}  ${names}`);
    return exitCode.held;
  }
  terminal.note(
    `${plural(differences.length, 'file')} not as computed: seedstorm status writes it anew`,
  );
  return exitCode.broken;
}

/** The code of a status that was to be brought to HELD. */
export function codeOfStatus({ counts, claims }: StatusRecord): ExitCode {
  if (counts.FAILING > 0) return exitCode.broken;
  return counts.HELD === claims.length ? exitCode.held : exitCode.inconclusive;
}
