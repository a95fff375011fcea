import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../record/usage-error.ts';
import type { ManifestFile } from './read-manifests.ts';

/** Manifests that come with the package, by their names. */
export const ownManifests = [
  'web-tier',
  'stateful-service',
  'global-agent',
  'secrets-and-volumes',
  'blue-green',
  'canary',
  'team-quota',
] as const;

// From the sources, and from what is built of them.
const folders = ['../../scenarios/manifests/', '../../../scenarios/manifests/'] as const;

/**
 * A file of manifests: one of `ownManifests`, or a path.
 *
 * @throws UsageError when it cannot be read
 */
export function manifestFile(name: string): ManifestFile {
  const path = ownManifests.some((one) => one === name) ? pathOfOwn(name) : name;
  try {
    return { file: name, text: readFileSync(path, 'utf8') };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw new UsageError(what, name, `a path, or one of ${ownManifests.join(', ')}`);
  }
}

function pathOfOwn(name: string): string {
  const paths = folders.map((folder) =>
    fileURLToPath(new URL(`${folder}${name}.yaml`, import.meta.url)),
  );
  return paths.find((path) => existsSync(path)) ?? paths[0]!;
}
