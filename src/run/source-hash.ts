import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const code = /\.[mc]?[jt]sx?$/;
const test = /\.test\.[mc]?[jt]sx?$/;
/** Folders at the top of a checkout that no run reads. */
const leftOut: ReadonlySet<string> = new Set([
  'node_modules',
  '.git',
  'dist',
  'logs',
  'coverage',
  'mutants',
  'test',
  'tests',
  'bench',
  'docs',
]);

/** A hash of the code below a folder, tests left out: 16 hex digits. */
export function hashOfSources(root: string): string {
  const hash = createHash('sha256');
  for (const name of codeBelow(root, '').sort()) {
    hash
      .update(`${name}\0`)
      .update(readFileSync(join(root, name)))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

/** By hand: a recursive listing would follow links, and walk through all modules. */
function codeBelow(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (leftOut.has(name)) return [];
    if (entry.isDirectory()) return codeBelow(root, name);
    return entry.isFile() && code.test(name) && !test.test(name) ? [name] : [];
  });
}

/** A hash of one file: 16 hex digits. */
export function hashOfFile(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16);
}

const firstFresh = 1_000_000_000;
const blockSeeds = 1_000_000;
const blocks = 1_000_000;

/**
 * The first of a block of seeds that belongs to these sources alone. Whoever tunes a storm, a rung
 * or a mutant until a seed finds it changes the sources, and with them the block: what is measured
 * on it was never tuned on it.
 *
 * @param hash as `hashOfSources` gives it
 */
export function freshSeeds(hash: string): number {
  return firstFresh + (Number.parseInt(hash.slice(0, 8), 16) % blocks) * blockSeeds;
}
