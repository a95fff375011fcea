import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { UsageError } from '../record/usage-error.ts';
import { fileError } from '../run/case-store.ts';
import { packageUrl } from '../run/running-copy.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { processTerminal } from './terminal.ts';
import type { Verb } from './verb.ts';

/** `init`: a small project that works. */
export const initVerb: Verb = {
  define(command: Command, finish) {
    command
      .argument('[folder]', 'where (default: here)', '.')
      .option('--no-color', 'print without colours (NO_COLOR does it too)')
      .action((folder: string, options: { readonly color: boolean }) => {
        finish(init(folder, options));
      });
  },
};

/** Files that a project often has already; they are left as they are. */
const kept: ReadonlySet<string> = new Set(['package.json', 'tsconfig.json', '.gitignore']);

/** Names that npm would not pack as they are. */
const packedAs: Readonly<Record<string, string>> = { gitignore: '.gitignore', github: '.github' };

function init(folder: string, options: { readonly color: boolean }): ExitCode {
  const terminal = processTerminal(options);
  const target = resolve(folder);
  const template = fileURLToPath(new URL('templates/counter', packageUrl));
  const files = filesBelow(template).map((path) => ({
    from: join(template, path),
    name: path
      .split('/')
      .map((part) => packedAs[part] ?? part)
      .join('/'),
  }));
  const there = files.filter(({ name }) => existsSync(join(target, name)));
  const inTheWay = there.filter(({ name }) => !kept.has(name)).map(({ name }) => name);
  if (inTheWay.length > 0) {
    throw new UsageError(
      `these files exist already: ${inTheWay.join(', ')}`,
      target,
      'nothing was written; name another folder, or move them away',
    );
  }
  for (const { from, name } of files) {
    if (there.some((file) => file.name === name)) continue;
    copy(from, join(target, name));
    terminal.out(`  ${terminal.paint.good('wrote')}  ${name}`);
  }
  for (const { name } of there) terminal.out(`  ${terminal.paint.faint('kept')}   ${name}`);
  terminal.out(nextSteps(folder, target));
  return exitCode.held;
}

function filesBelow(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(root, path)).isFile())
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
}

function copy(from: string, to: string): void {
  try {
    mkdirSync(dirname(to), { recursive: true });
    cpSync(from, to);
  } catch (error) {
    throw fileError(error, to, 'written');
  }
}

function nextSteps(folder: string, target: string): readonly string[] {
  const lines = ['', 'next:'];
  if (relative(process.cwd(), target) !== '') lines.push(`  cd ${folder}`);
  const missing = ['seedstorm', 'vitest'].filter(
    (name) => !existsSync(join(target, 'node_modules', name)),
  );
  if (missing.length > 0) lines.push(`  npm install --save-dev ${missing.join(' ')}`);
  if (!isModule(target)) lines.push('  npm pkg set type=module');
  lines.push(
    '  npx seedstorm sweep counter   storms the counter of src/counter.ts',
    '  npx vitest run                the same as a test',
    '  npx seedstorm ci              the gate of seedstorm.config.ts',
    '  npx seedstorm ralph           climbs ralph/ladder.json rung by rung',
  );
  return lines;
}

function isModule(target: string): boolean {
  try {
    const text = readFileSync(join(target, 'package.json'), 'utf8');
    return (JSON.parse(text) as { type?: unknown }).type === 'module';
  } catch {
    return false;
  }
}
