import { broken, type FileCall, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { StorageMoment } from './moment.ts';

/** What comes before the arguments are looked at: nothing there, not that kind, nobody who answers. */
const earlier: ReadonlySet<string> = new Set([
  ...['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR', 'ENAMETOOLONG'],
  ...['EBADF', 'ESTALE', 'ETIMEDOUT', 'ENOTCONN'],
]);

/** What never makes, moves or takes away a directory: a slash behind its path cannot end well. */
const neverOfDirectories: ReadonlySet<string> = new Set([
  ...['create', 'create-exclusive', 'open', 'symlink', 'link', 'unlink'],
  ...['readlink', 'truncate', 'restore'],
]);

/** What makes, moves or takes away a name: a dot is none. */
const ofNames: ReadonlySet<string> = new Set([
  ...['create-exclusive', 'mkdir', 'symlink', 'link', 'unlink', 'rmdir', 'rename', 'rename-keep'],
  ...['clone', 'snapshot', 'remove-snapshot', 'restore'],
]);

export const mistakesAreRefused = rung<StorageMoment>({
  id: 'SE13',
  title: 'mistakes are refused',
  statement:
    'Numbers that no file can have are refused by the errno of POSIX, and nothing of it is asked of the masters; a path that ends in a slash is that of a directory, no name is made, moved or taken away that is a dot, and no client sets the attributes of snapshots.',
  source: 'POSIX.1-2017, 4.13, pwrite, ftruncate, fcntl, chmod, rename, rmdir',
  kind: 'always',
  owedUnder: 'any damage',
  clientVisible: true,
  watches: ['finished'],
  check({ node, finished, facts }) {
    const { history } = facts.files!;
    const { maxFileBytes } = facts.settings;
    let outcome: Outcome = premiseFalse;
    for (const operation of finished) {
      const answer = history.answer[operation];
      if (answer === undefined) continue;
      const call = history.call[operation]!;
      const { errno, unknown, result, steps } = answer;
      const about = { operation, do: call.do };
      const owed = errnoOwed(call, maxFileBytes);
      if (owed !== null) {
        // Of a handle that is not open for writing, whatever the length.
        const isReadOnly = call.do === 'ftruncate' && errno === 'EINVAL';
        const isTold = errno === owed || isReadOnly || (errno !== null && earlier.has(errno));
        const asked = steps.filter(({ query }) => query === null).map(({ kind }) => kind);
        if (!isTold || unknown || asked.length > 0) {
          return broken({ nodes: [node], values: { ...about, owed, errno, unknown, asked } });
        }
        outcome = held;
        continue;
      }
      const wrong = wrongName(call);
      if (wrong === null) continue;
      const seen = result.kind === 'facts' ? result.facts.kind : '';
      const isFine = errno !== null || (wrong === 'no directory' && seen === 'directory');
      if (!isFine) return broken({ nodes: [node], values: { ...about, path: call.path, wrong } });
      outcome = held;
    }
    return outcome;
  },
});

/** The errno of what is wrong with the numbers of a call; null: nothing. */
function errnoOwed(call: FileCall, maxFileBytes: number): string | null {
  switch (call.do) {
    case 'read':
      return isNatural(call.offset) && isNatural(call.length) ? null : 'EINVAL';
    case 'write':
      return whereFault(call.offset, maxFileBytes - 1);
    case 'truncate':
    case 'ftruncate':
      return whereFault(call.sizeBytes, maxFileBytes);
    case 'setattr':
      return isNatural(call.mode) && call.mode < 0o10000 ? null : 'EINVAL';
    case 'keep-removed':
      return isNatural(call.keepUs) ? null : 'EINVAL';
    case 'set-class':
      return isNatural(call.classId) ? null : 'EINVAL';
    case 'set-quota':
      return isNatural(call.inodes) && isNatural(call.bytes) ? null : 'EINVAL';
    case 'lock':
    case 'unlock':
    case 'test-lock': {
      const { style, from, to } = call.lock;
      if (style === 'flock') return null;
      return isNatural(from) && isNatural(to) && from < to ? null : 'EINVAL';
    }
    default:
      return null;
  }
}

function whereFault(place: number, most: number): string | null {
  if (!isNatural(place)) return 'EINVAL';
  return place > most ? 'EFBIG' : null;
}

function isNatural(value: number): boolean {
  return Math.floor(value) === value && value >= 0;
}

/** Why a call cannot end well, by its names alone, unless what it looks at is a directory. */
function wrongName(call: FileCall): string | null {
  if (call.do === 'setxattr' && call.name.startsWith('snapshot.'))
    return 'an attribute of snapshots';
  const paths = 'newPath' in call ? [call.path, call.newPath] : [call.path];
  for (const path of paths) {
    const names = path.split('/').filter((name) => name !== '');
    const isDot = names.at(-1) === '.' || names.at(-1) === '..';
    // A link to a directory cannot be: whatever has a second name is a file. So with its source.
    if (isDot && ofNames.has(call.do) && !isSource(call, path)) return 'a dot';
    if (names.length === 0 || !(isDot || path.endsWith('/'))) continue;
    if (neverOfDirectories.has(call.do)) return 'never a directory';
    if (call.do === 'stat' || call.do === 'lstat') return 'no directory';
  }
  return null;
}

/** What is copied has a name that stays as it is. */
function isSource(call: FileCall, path: string): boolean {
  return (call.do === 'clone' || call.do === 'snapshot') && path === call.path;
}
