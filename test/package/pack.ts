import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** Left out of the copy: what npm makes anew, and what no package holds. */
const leftOut = new Set(['node_modules', '.git', 'dist', 'logs', 'coverage']);

/** The package as `npm publish` would send it. */
export interface Packed {
  /** Path of the tarball. */
  readonly tarball: string;
  remove(): void;
}

/** Builds and packs a copy of the checkout, so that nothing in it is touched while others use it. */
export function packPackage(): Packed {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'seedstorm-pack-')));
  const copy = join(folder, 'copy');
  cpSync(root, copy, {
    recursive: true,
    filter: (from) => !leftOut.has(from.slice(root.length + 1)),
  });
  symlinkSync(realpathSync(join(root, 'node_modules')), join(copy, 'node_modules'), 'dir');
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}` };
  // `prepare` builds `dist`, as it does before a publication.
  const args = ['pack', '--pack-destination', folder, '--loglevel=error'];
  execFileSync('npm', args, { cwd: copy, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const name = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  if (name === undefined) throw new Error('npm pack left no tarball');
  return {
    tarball: join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
