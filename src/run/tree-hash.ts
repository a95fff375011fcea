import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Claims, treeKey } from '../record/claims.ts';
import type { TreeHashes } from '../record/status-record.ts';
import { UsageError } from '../record/usage-error.ts';
import { copyUrl, packageUrl } from './running-copy.ts';

/** Folders of the harness: what of it decides how a run goes and what it is judged by. */
const harnessFolders: readonly string[] = [
  'src/sim',
  'src/workload',
  'src/checkers',
  'src/record',
  'src/run',
];

/** Names that no hash reads: what tools write, and what is nobody's source. */
const leftOut: ReadonlySet<string> = new Set(['node_modules', 'dist', 'coverage']);

/** Below a root, what evidence writes: it must not change the tree that it vouches for. */
const written: readonly RegExp[] = [
  /^logs(?:\/|$)/,
  /^ralph\/(?:logs|journal\.jsonl)(?:\/|$)/,
  /^docs\/status\.(?:md|json|html)$/,
  /^mutants\/[^/]+\/results\.json$/,
  /^docs\/kill-matrix\.md$/,
];

const test = /\.test\.[mc]?[jt]sx?$/;

/** Hashes below one root, at one moment: each file is read once. */
class TreeHasher {
  readonly #root: string;
  readonly #files = new Map<string, string>();
  readonly #folders = new Map<string, readonly string[]>();

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * A hash of the content of a file or folder, 16 hex digits; undefined when there is none. Names that
   * begin with a dot, modules, builds and whatever evidence writes do not count.
   *
   * @param path below the root, with slashes
   * @param tests whether tests in folders count
   */
  hash(path: string, tests: boolean): string | undefined {
    const found = statSync(join(this.#root, path), { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    const base = path === '.' ? '' : path;
    const hash = createHash('sha256');
    const names = found.isDirectory() ? this.#below(base) : [base];
    for (const name of names) {
      if (found.isDirectory() && !tests && test.test(name)) continue;
      const below = base === '' ? name : name.slice(base.length + 1);
      hash.update(`${below}\0${this.#file(name)}\0`);
    }
    return hash.digest('hex').slice(0, 16);
  }

  #file(name: string): string {
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    const bytes = readFileSync(join(this.#root, name));
    const hash = createHash('sha256').update(bytes).digest('hex');
    this.#files.set(name, hash);
    return hash;
  }

  #below(folder: string): readonly string[] {
    const known = this.#folders.get(folder) ?? filesBelow(this.#root, folder).sort();
    this.#folders.set(folder, known);
    return known;
  }
}

/** A hash of a file or folder below a root; undefined when there is none. */
export function hashOfPath(root: string, path: string, tests: boolean = false): string | undefined {
  return new TreeHasher(root).hash(path, tests);
}

function filesBelow(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.name.startsWith('.') || leftOut.has(entry.name)) return [];
    if (written.some((pattern) => pattern.test(name))) return [];
    if (entry.isDirectory()) return filesBelow(root, name);
    if (entry.isSymbolicLink()) return linkedFile(join(root, name)) ? [name] : [];
    return entry.isFile() ? [name] : [];
  });
}

/** A link to a folder is not followed: it may lead back here. */
function linkedFile(path: string): boolean {
  return readlinkSync(path) !== '' && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Folders that get a hash whether or not a claim names them, for claims that are made later. */
const usualRoots: readonly string[] = ['src', 'invariants', 'scenarios', 'mutants'];

/**
 * Hashes of what claims are about, and of the usual folders with those right below them.
 *
 * @param root the folder of the claims
 */
export function hashesOf(root: string, claims: Claims | undefined): Record<string, string> {
  const hashes: Record<string, string> = {};
  const hasher = new TreeHasher(root);
  const keep = (key: string, path: string, tests: boolean): void => {
    const hash = key in hashes ? undefined : hasher.hash(path, tests);
    if (hash !== undefined) hashes[key] = hash;
  };
  for (const top of usualRoots) {
    if (statSync(join(root, top), { throwIfNoEntry: false })?.isDirectory() !== true) continue;
    keep(top, top, false);
    for (const entry of readdirSync(join(root, top), { withFileTypes: true })) {
      const path = `${top}/${entry.name}`;
      if (entry.isDirectory() && !leftOut.has(entry.name)) keep(path, path, false);
    }
  }
  for (const { check, paths } of claims?.claims ?? []) {
    for (const path of paths) keep(treeKey(check, path), path, check.kind === 'command');
  }
  return hashes;
}

/** Packages that decide what a seed draws. */
const drawnFrom: readonly string[] = ['seedrandom', 'fast-check'];

/** The version of a package as it is installed. */
function versionOf(name: string): string {
  let folder = dirname(createRequire(import.meta.url).resolve(name));
  while (dirname(folder) !== folder) {
    const path = join(folder, 'package.json');
    if (existsSync(path)) {
      const manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
      // Inside of packages stand others that say no more than how their modules are to be read.
      if (manifest.name === name) return String(manifest.version);
    }
    folder = dirname(folder);
  }
  return 'unknown';
}

/** Hash of the harness that runs: its sources in a checkout, else its build, and what it draws from. */
export function harnessHash(): string {
  const sources = fileURLToPath(packageUrl);
  const root = existsSync(join(sources, 'src/sim')) ? sources : fileURLToPath(copyUrl);
  const hash = createHash('sha256');
  const hasher = new TreeHasher(root);
  for (const folder of harnessFolders) hash.update(hasher.hash(folder, false) ?? folder);
  for (const name of drawnFrom) hash.update(`${name} ${versionOf(name)}`);
  return hash.digest('hex').slice(0, 16);
}

/**
 * Why a build cannot vouch for the sources beside it: one of them is newer. Undefined: no build is
 * running, or it is as new as they are.
 */
export function buildBehind(): string | undefined {
  const sources = fileURLToPath(packageUrl);
  const copy = fileURLToPath(copyUrl);
  if (sources === copy || !existsSync(join(sources, 'src/sim'))) return undefined;
  for (const folder of ['src', 'invariants', 'scenarios']) {
    for (const name of filesBelow(sources, folder)) {
      if (test.test(name) || !name.endsWith('.ts')) continue;
      const built = statSync(join(copy, name.replace(/\.ts$/, '.js')), { throwIfNoEntry: false });
      const changedMs = statSync(join(sources, name)).mtimeMs;
      if (built !== undefined && built.mtimeMs >= changedMs) continue;
      return `the build that ran is older than ${name}`;
    }
  }
  return undefined;
}

/**
 * The hashes of the tree as it is now, for the claims at hand.
 *
 * @param root the folder of the claims
 * @param file where the claims come from, for errors
 * @throws UsageError when a claim is about a path that does not exist
 */
export function treeNow(root: string, claims: Claims, file: string): TreeHashes {
  const paths = hashesOf(root, claims);
  for (const [at, { check, paths: named }] of claims.claims.entries()) {
    for (const [index, path] of named.entries()) {
      if (treeKey(check, path) in paths) continue;
      const where = `${file}, claims[${at}].paths[${index}]`;
      throw new UsageError(`there is no file or folder ${JSON.stringify(path)}`, where);
    }
  }
  return { harness: harnessHash(), paths };
}
