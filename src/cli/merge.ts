import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../record/usage-error.ts';
import { codeOfGate } from './ci.ts';
import type { ExitCode } from './exit-code.ts';
import {
  addReporterOptions,
  openReporters,
  outputFilesOf,
  type ReporterOptions,
} from './reporters.ts';
import { processTerminal } from './terminal.ts';
import type { Verb } from './verb.ts';

interface MergeOptions extends ReporterOptions {
  readonly output: string;
  /** False after `--no-color`. */
  readonly color: boolean;
}

/** `merge`: the shards of a gate, as one gate. */
export const mergeVerb: Verb = {
  define(command: Command, finish) {
    addReporterOptions(
      command
        .argument('<blob...>', 'files of the reporter blob, or folders with them')
        .option('--output <folder>', 'where reporters put their files', 'logs')
        .option('--no-color', 'print without colours (NO_COLOR does it too)'),
    ).action(async (paths: readonly string[], options: MergeOptions) => {
      finish(await merge(paths, options));
    });
  },
};

async function merge(paths: readonly string[], options: MergeOptions): Promise<ExitCode> {
  const cwd = process.cwd();
  const terminal = processTerminal({ color: options.color });
  const { mergeGates, readBlob } = await import('../run/gate/merge-gates.ts');
  const blobs = paths.flatMap(filesOf).map((path) => readBlob(path));
  const record = await mergeGates(blobs, cwd);
  const github = process.env.GITHUB_ACTIONS === 'true' ? ['github'] : [];
  const set = await openReporters(
    {
      names: options.reporter ?? ['pretty', ...github],
      outputFiles: outputFilesOf(options),
      output: resolve(cwd, options.output),
      blobName: 'blob.json',
      cwd,
    },
    terminal,
  );
  const { listener } = set;
  const { of, parts, commit, dirty, firstSeed } = record;
  listener.onBegin?.({ of, parts, commit, dirty, firstSeed });
  for (const part of parts) {
    listener.onPartBegin?.(part);
    for (const finding of part.findings) listener.onFinding?.(finding);
    listener.onPart?.(part, record);
  }
  await listener.onEnd?.(record);
  return codeOfGate(record, set.close(), terminal);
}

function filesOf(path: string): readonly string[] {
  if (!existsSync(path)) throw new UsageError('there is no such file or folder', path);
  if (!statSync(path).isDirectory()) return [path];
  const inside = readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?:^|[\\/])blob-\d+-\d+\.json$/.test(name))
    .sort();
  if (inside.length === 0) throw new UsageError('no blob-i-n.json lies in this folder', path);
  return inside.map((name) => join(path, name));
}
