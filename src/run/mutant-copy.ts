import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../record/usage-error.ts';
import type { MutantPatch } from './mutant-patch.ts';

/** Folders that no run reads, or that would drag the history and the evidence along. */
const leftOut = new Set(['node_modules', '.git', 'dist', 'logs', 'coverage', 'mutants']);

/**
 * Copies the sources below `root` to a folder that does not exist yet and links `node_modules`.
 */
export function copySources(root: string, copy: string): void {
  cpSync(root, copy, {
    recursive: true,
    preserveTimestamps: true,
    filter: (from) => dirname(from) !== root || !leftOut.has(basename(from)),
  });
  const modules = join(root, 'node_modules');
  if (existsSync(modules)) symlinkSync(realpathSync(modules), join(copy, 'node_modules'), 'dir');
}

/**
 * Sees beforehand whether all patches apply, so that nobody waits for the last one to learn it.
 * @throws UsageError that names those that do not
 */
export function checkPatches(mutants: readonly MutantPatch[], pristine: string): void {
  const problems = new Map<MutantPatch, string>();
  for (const mutant of mutants) {
    const problem = applyPatch(mutant.file, pristine, true);
    if (problem !== undefined) problems.set(mutant, problem);
  }
  const stale = [...problems.keys()];
  if (stale.length === 0) return;
  if (stale.length === 1) throw stalePatch(stale[0]!, problems.get(stale[0]!)!);
  throw new UsageError(
    `the patches of ${stale.map(({ id }) => id).join(', ')} do not apply`,
    dirname(stale[0]!.file),
    `the code has changed under them; write them anew:\n${[...problems.values()].join('\n')}`,
  );
}

function stalePatch({ id, file }: MutantPatch, problem: string): UsageError {
  const hint = `the code has changed under it; write it anew:\n${problem}`;
  return new UsageError(`the patch of ${id} does not apply`, file, hint);
}

/** A copy of the sources in which one mutant after another is planted. */
export class MutantCopy {
  readonly folder: string;
  readonly #pristine: string;
  /** Size and time of last change of each file as it was copied. */
  readonly #stamps: ReadonlyMap<string, string>;

  /** Copies the sources below `pristine` to a folder that does not exist yet. */
  constructor(pristine: string, folder: string) {
    this.folder = folder;
    this.#pristine = pristine;
    copySources(pristine, folder);
    this.#stamps = stampsBelow(folder);
  }

  /**
   * Applies a patch, and makes sure that it did just what it says.
   * @throws UsageError when it does not apply, or other files differ afterwards than it names
   */
  plant(mutant: MutantPatch): void {
    const problem = applyPatch(mutant.file, this.folder);
    if (problem !== undefined) throw stalePatch(mutant, problem);
    const changed = this.#changed();
    if (changed.join('\n') === mutant.paths.join('\n')) return;
    const list = (paths: readonly string[]): string =>
      paths.length === 0 ? 'none' : paths.join(', ');
    throw new UsageError(
      `the patch of ${mutant.id} changed other files than it names`,
      mutant.file,
      `named: ${list(mutant.paths)}; changed: ${list(changed)}`,
    );
  }

  /** Makes the copy equal to the sources again. */
  restore(): void {
    for (const path of this.#changed()) {
      const [from, to] = [join(this.#pristine, path), join(this.folder, path)];
      rmSync(to, { force: true });
      // With the time of the original, so that the stamp is the old one.
      if (existsSync(from)) cpSync(from, to, { preserveTimestamps: true });
    }
  }

  #changed(): string[] {
    const now = stampsBelow(this.folder);
    const names = new Set([...now.keys(), ...this.#stamps.keys()]);
    return [...names]
      .filter((name) => now.get(name) !== this.#stamps.get(name) && !this.#isPristine(name))
      .sort();
  }

  /** A stamp may be another one though the content is not. */
  #isPristine(name: string): boolean {
    const [one, other] = [join(this.#pristine, name), join(this.folder, name)];
    if (!existsSync(one) || !existsSync(other)) return false;
    return readFileSync(one).equals(readFileSync(other));
  }
}

/** Stamps of sources; what a sweep left in `logs/` is no source. */
function stampsBelow(folder: string): ReadonlyMap<string, string> {
  const stamps = new Map<string, string>();
  const walk = (below: string): void => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      if (below === '' && leftOut.has(entry.name)) continue;
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      // By hand: a recursive listing would follow the link to the modules.
      if (entry.isDirectory()) walk(name);
      if (!entry.isFile()) continue;
      const { size, mtimeMs } = statSync(join(folder, name));
      stamps.set(name, `${size} ${mtimeMs}`);
    }
  };
  walk('');
  return stamps;
}

/**
 * The complaint of the tool, or undefined when the patch was applied.
 * @param dry only says whether it could be
 */
function applyPatch(file: string, copy: string, dry: boolean = false): string | undefined {
  // Inside a repository git would skip files that the repository ignores, and say nothing.
  const env: NodeJS.ProcessEnv = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(copy) };
  delete env.GIT_DIR;
  delete env.GIT_WORK_TREE;
  // Made with `git diff --no-prefix`, or by hand.
  const strip = /^(?:---|\+\+\+) [ab]\//m.test(readFileSync(file, 'utf8')) ? '-p1' : '-p0';
  const tools: readonly (readonly [string, readonly string[]])[] = [
    ['git', ['apply', strip, '--whitespace=nowarn', ...(dry ? ['--check'] : []), file]],
    [
      'patch',
      [strip, '--batch', '--no-backup-if-mismatch', ...(dry ? ['--dry-run'] : []), '-i', file],
    ],
  ];
  for (const [tool, args] of tools) {
    const done = spawnSync(tool, args, { cwd: copy, env, encoding: 'utf8' });
    if (done.error !== undefined && (done.error as NodeJS.ErrnoException).code === 'ENOENT') {
      continue;
    }
    if (done.status === 0) return undefined;
    return (done.stderr || done.stdout || String(done.error ?? '')).trim();
  }
  throw new UsageError('neither git nor patch can be started: mutants need one of them');
}
