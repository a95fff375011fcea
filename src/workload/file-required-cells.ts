import type { Domain } from '../sim/system-definition.ts';
import type { FileCall, FileProtocol } from './file-protocol.ts';

/** What operations are refused with in a storm, whatever system it is. */
const refusals: Readonly<Partial<Record<FileCall['do'], readonly string[]>>> = {
  stat: ['ENOENT'],
  create: ['ENOENT', 'EISDIR'],
  'create-exclusive': ['EEXIST'],
  mkdir: ['EEXIST'],
  open: ['ENOENT', 'EISDIR', 'EEXIST', 'ENOTDIR'],
  read: ['EINVAL'],
  rename: ['ENOENT', 'EISDIR', 'ENOTEMPTY', 'EINVAL'],
  'rename-keep': ['EEXIST'],
  link: ['EEXIST', 'EPERM', 'ENOENT'],
  symlink: ['EEXIST'],
  readlink: ['EINVAL'],
  unlink: ['ENOENT', 'EISDIR'],
  rmdir: ['ENOTEMPTY', 'ENOENT', 'EINVAL'],
  getxattr: ['ENODATA'],
  lock: ['EAGAIN', 'EBADF', 'EINVAL'],
  clone: ['EEXIST', 'EINVAL'],
  'remove-snapshot': ['EINVAL'],
  write: ['EDQUOT', 'EROFS', 'EINVAL', 'EFBIG'],
  truncate: ['ENOENT', 'EINVAL'],
};

const always: readonly FileCall['do'][] = [
  'stat',
  'lstat',
  'create',
  'create-exclusive',
  'mkdir',
  'readlink',
  'unlink',
  'rmdir',
  'remove-snapshot',
  'readdir',
  'listxattr',
  'quota',
  'rename',
  'rename-keep',
  'link',
  'clone',
  'snapshot',
  'symlink',
  'setattr',
  'setxattr',
  'getxattr',
  'truncate',
  'set-quota',
  'open',
  'read',
  'write',
  'append',
  'ftruncate',
  'fsync',
  'close',
  'fstat',
  'lock',
  'unlock',
  'test-lock',
];

/** What those reach who have what is off unless a scenario says otherwise. */
const ofFeatures: Readonly<Record<string, readonly string[]>> = {
  'files.drains': [
    'drain/*/ok:done/storm',
    'undrain/*/ok:done/storm',
    'remove-server/*/ok:done/storm',
    'remove-server/*/fail:EBUSY/storm',
  ],
  'files.trash': [
    'keep-removed/*/ok:done/storm',
    'list-trash/*/ok:done/storm',
    'restore/*/ok:done/storm',
    'restore/*/fail:ENOENT/storm',
    'purge/*/ok:done/storm',
    'purge/*/fail:ENOENT/storm',
  ],
};

/** The cells that clients of a file service reach if the workload does what it should. */
export function fileRequiredCells(
  { classIds }: FileProtocol['limits'],
  knobs: Readonly<Record<string, Domain>>,
): readonly string[] {
  const cells: string[] = [];
  for (const operation of always) cells.push(`${operation}/*/ok:done/storm`);
  for (const [operation, errnos] of Object.entries(refusals)) {
    for (const errno of errnos) cells.push(`${operation}/*/fail:${errno}/storm`);
  }
  if (classIds.length > 1) cells.push('set-class/*/ok:done/storm');
  for (const mode of ['strict', 'close-to-open']) {
    cells.push(`read/${mode}/ok:done/storm`, `write/${mode}/ok:done/storm`);
    cells.push(`write/${mode}/info:*/storm`);
  }
  cells.push('restart/client/storm');
  for (const [knob, more] of Object.entries(ofFeatures)) {
    const domain = knobs[knob];
    if (domain?.kind === 'one of' && domain.values.includes(true)) cells.push(...more);
  }
  return cells;
}
