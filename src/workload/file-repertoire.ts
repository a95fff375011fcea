import type { FileIntent } from './file-intents.ts';
import type { FileClientSettings, FileFeature } from './file-knobs.ts';

/** How often each kind comes, and which feature a seed must have for it. */
const kinds: readonly (readonly [what: FileIntent['do'], weight: number, feature?: FileFeature])[] =
  [
    ['write', 30],
    ['read', 40],
    ['reopen', 16],
    ['close', 8],
    ['stat', 4],
    ['fstat', 2],
    ['readdir', 3],
    ['create', 3],
    ['create-exclusive', 2],
    ['mkdir', 4],
    ['append', 6, 'appends'],
    ['fsync', 5, 'syncs'],
    ['truncate', 2, 'truncations'],
    ['ftruncate', 3, 'truncations'],
    ['rename', 5, 'renames'],
    ['rename-keep', 2, 'renames'],
    ['link', 3, 'links'],
    ['symlink', 2, 'links'],
    ['readlink', 1, 'links'],
    ['lstat', 1, 'links'],
    ['unlink', 5, 'removals'],
    ['rmdir', 2, 'removals'],
    ['setattr', 2, 'attributes'],
    ['setxattr', 2, 'attributes'],
    ['getxattr', 2, 'attributes'],
    ['listxattr', 1, 'attributes'],
    ['lock', 4, 'locks'],
    ['unlock', 3, 'locks'],
    ['test-lock', 1, 'locks'],
    ['clone', 3, 'clones'],
    ['snapshot', 5, 'clones'],
    ['remove-snapshot', 6, 'clones'],
    ['drain', 3, 'drains'],
    ['undrain', 1, 'drains'],
    ['remove-server', 3, 'drains'],
    ['unlink', 12, 'trash'],
    ['keep-removed', 4, 'trash'],
    ['restore', 10, 'trash'],
    ['list-trash', 4, 'trash'],
    ['purge', 8, 'trash'],
    ['set-class', 3, 'classes'],
    ['set-quota', 2, 'quotas'],
    ['quota', 1, 'quotas'],
  ];

/** How much more often what a seed is about comes. */
const muchMore = 8;

/** What changes nothing and is about no bytes. */
const looks: ReadonlySet<string> = new Set([
  'stat',
  'lstat',
  'fstat',
  'readdir',
  'readlink',
  'getxattr',
  'listxattr',
]);

/** What the clients of a run do, each with its weight, and the sum of these. */
export interface Repertoire {
  readonly weighed: readonly (readonly [what: FileIntent['do'], weight: number])[];
  readonly sum: number;
}

/** What clients of these settings can do. */
export function repertoireOf(settings: FileClientSettings): Repertoire {
  const able = kinds.filter(([, , feature]) => feature === undefined || settings.has(feature));
  const weighed = able.map(([what, weight, feature]) => {
    const isOften = settings.often.some((one) => one === feature || one === what);
    const times = (looks.has(what) ? settings.looks : 1) * (isOften ? muchMore : 1);
    return [what, weight * times] as const;
  });
  return { weighed, sum: weighed.reduce((sum, [, weight]) => sum + weight, 0) };
}

/** The kind that a draw stands for. */
export function kindOf({ weighed, sum }: Repertoire, draw: number): FileIntent['do'] {
  let rest = draw % sum;
  const [kind] = weighed.find(([, weight]) => {
    rest -= weight;
    return rest < 0;
  })!;
  return kind;
}
