import type { CommandOf } from './command.ts';
import type { Errno } from './errno.ts';
import { chargeLink, chargeUnlink, destroyUnused, removeLink } from './inode-life.ts';
import { addEntry, entryFault, removeEntry, utf8Length } from './names.ts';
import { done, type Reply, refuse } from './reply.ts';
import { type Inode, modeBits } from './rows.ts';
import { type MetadataState, newInode } from './state.ts';
import { parentOf, quotaRoot, UsageChange } from './usage.ts';

/** Makes a file, a directory or a symlink. */
export function makeNode(
  state: MetadataState,
  command: CommandOf<'create' | 'mkdir' | 'symlink'>,
): Reply {
  const { parent, name, kind } = command;
  const fault = entryFault(state, command);
  if (fault !== null) return refuse(fault);
  const existing = state.dentries.get(parent, name);
  if (existing !== undefined) {
    if (kind !== 'create' || command.exclusive) return refuse('EEXIST');
    const found = state.inodes.get(existing.inode)!.kind;
    if (found === 'file') return { kind: 'inode', inode: existing.inode };
    return refuse(found === 'directory' ? 'EISDIR' : 'EEXIST');
  }
  const target = kind === 'symlink' ? command.target : '';
  if (kind === 'symlink' && target === '') return refuse('ENOENT');
  if (target.includes('\0') || command.mode > modeBits) return refuse('EINVAL');
  if (utf8Length(target) > state.settings.maxTargetBytes) return refuse('ENAMETOOLONG');
  const directory = state.inodes.get(parent)!;
  if (kind === 'mkdir' && isFull(state, parent)) return refuse('EMLINK');
  if (state.inodes.size >= state.settings.maxInodes) return refuse('ENOSPC');
  const kinds = { create: 'file', mkdir: 'directory', symlink: 'symlink' } as const;
  const row: Inode = {
    ...newInode(kinds[kind], command.mode, state.timeUs),
    uid: command.uid,
    gid: command.gid,
    sizeBytes: utf8Length(target),
    classId: directory.classId,
    trashUs: directory.trashUs,
    target,
  };
  const change = new UsageChange(state);
  chargeLink(change, row, parent);
  if (change.exceedsQuota()) return refuse('EDQUOT');
  change.apply();
  row.parents.push(parent);
  const inode = state.nextInode++;
  state.inodes.insert(inode, row);
  addEntry(state, parent, name, inode);
  return { kind: 'inode', inode };
}

export function link(state: MetadataState, command: CommandOf<'link'>): Reply {
  const { inode, parent, name } = command;
  const row = state.inodes.get(inode);
  if (row === undefined) return refuse('ESTALE');
  if (row.kind === 'directory') return refuse('EPERM');
  const fault = entryFault(state, command);
  if (fault !== null) return refuse(fault);
  if (row.frozen) return refuse('EROFS');
  if (state.dentries.get(parent, name) !== undefined) return refuse('EEXIST');
  const [home] = row.parents;
  if (home === undefined) return refuse('ENOENT');
  if (row.parents.length >= state.settings.maxLinks) return refuse('EMLINK');
  if (quotaRoot(state, parent) !== quotaRoot(state, home)) return refuse('EXDEV');
  const change = new UsageChange(state);
  chargeLink(change, row, parent);
  change.apply();
  const changed = state.inodes.edit(inode);
  changed.parents.push(parent);
  changed.ctimeUs = state.timeUs;
  addEntry(state, parent, name, inode);
  return done;
}

export function unlink(state: MetadataState, command: CommandOf<'unlink'>): Reply {
  const { parent, name } = command;
  const fault = entryFault(state, command);
  if (fault !== null) return refuse(fault);
  const entry = state.dentries.get(parent, name);
  if (entry === undefined) return refuse('ENOENT');
  const row = state.inodes.get(entry.inode)!;
  if (row.kind === 'directory') return refuse('EISDIR');
  if (row.frozen) return refuse('EROFS');
  const change = new UsageChange(state);
  chargeUnlink(change, row, parent);
  change.apply();
  removeLink(state, parent, name);
  return done;
}

export function rmdir(state: MetadataState, command: CommandOf<'rmdir'>): Reply {
  const { parent, name } = command;
  const fault = entryFault(state, command);
  if (fault !== null) return refuse(fault);
  const entry = state.dentries.get(parent, name);
  if (entry === undefined) return refuse('ENOENT');
  const row = state.inodes.get(entry.inode)!;
  if (row.kind !== 'directory') return refuse('ENOTDIR');
  if (row.frozen) return refuse('EROFS');
  if (state.dentries.count(entry.inode) > 0) return refuse('ENOTEMPTY');
  const change = new UsageChange(state);
  change.add(parent, -1, 0);
  change.apply();
  removeDirectory(state, parent, name, entry.inode);
  return done;
}

function removeDirectory(state: MetadataState, parent: number, name: string, inode: number): void {
  removeEntry(state, parent, name);
  state.inodes.edit(inode).parents.length = 0;
  destroyUnused(state, inode);
}

/** Moves a name, in one step, over whatever stood there. */
export function rename(state: MetadataState, command: CommandOf<'rename'>): Reply {
  const { parent, name, newParent, newName, keep } = command;
  const fault =
    entryFault(state, command) ?? entryFault(state, { parent: newParent, name: newName });
  if (fault !== null) return refuse(fault);
  const source = state.dentries.get(parent, name)?.inode;
  if (source === undefined) return refuse('ENOENT');
  const target = state.dentries.get(newParent, newName)?.inode;
  if (target !== undefined && keep) return refuse('EEXIST');
  // Two names of one file: rename(2) does nothing then.
  if (source === target) return { kind: 'inode', inode: source };
  const moved = state.inodes.get(source)!;
  const refused =
    (moved.kind === 'directory' && isWithin(state, newParent, source) ? 'EINVAL' : null) ??
    replaceFault(state, moved, target) ??
    crossingFault(state, moved, parent, newParent);
  if (refused !== null) return refuse(refused);
  const change = new UsageChange(state);
  chargeMove(change, moved, parent, newParent);
  if (target !== undefined) chargeReplaced(state, change, target, newParent);
  if (change.exceedsQuota()) return refuse('EDQUOT');
  change.apply();
  if (target !== undefined) {
    if (moved.kind === 'directory') removeDirectory(state, newParent, newName, target);
    else removeLink(state, newParent, newName);
  }
  removeEntry(state, parent, name);
  const row = state.inodes.edit(source);
  row.parents[row.parents.indexOf(parent)] = newParent;
  row.ctimeUs = state.timeUs;
  addEntry(state, newParent, newName, source);
  return { kind: 'inode', inode: source };
}

/** Whether `directory` is `top` or below it. */
export function isWithin(state: MetadataState, directory: number, top: number): boolean {
  for (let at = directory; at !== 0; at = parentOf(state, at)) if (at === top) return true;
  return false;
}

function replaceFault(
  state: MetadataState,
  moved: Readonly<Inode>,
  target: number | undefined,
): Errno | null {
  if (target === undefined) return null;
  const row = state.inodes.get(target)!;
  if (row.kind === 'directory' && moved.kind !== 'directory') return 'EISDIR';
  if (row.kind !== 'directory' && moved.kind === 'directory') return 'ENOTDIR';
  if (row.frozen) return 'EROFS';
  return row.kind === 'directory' && state.dentries.count(target) > 0 ? 'ENOTEMPTY' : null;
}

/** What is linked from elsewhere must stay under its quota root: it could be charged only once. */
function crossingFault(
  state: MetadataState,
  moved: Readonly<Inode>,
  parent: number,
  newParent: number,
): Errno | null {
  if (parent === newParent) return null;
  if (moved.kind === 'directory' && isFull(state, newParent)) {
    return 'EMLINK';
  }
  const shared = moved.kind === 'directory' ? moved.belowShared > 0 : moved.parents.length > 1;
  const crossing = shared && quotaRoot(state, parent) !== quotaRoot(state, newParent);
  return crossing ? 'EXDEV' : null;
}

/** Whether a directory has as many links as it may have; each subdirectory is one. */
function isFull(state: MetadataState, directory: number): boolean {
  return state.inodes.get(directory)!.subdirectories + 2 >= state.settings.maxLinks;
}

function chargeMove(
  change: UsageChange,
  moved: Readonly<Inode>,
  parent: number,
  newParent: number,
): void {
  if (moved.kind === 'directory') {
    const { belowInodes, belowBytes, belowShared } = moved;
    change.add(parent, -1 - belowInodes, -belowBytes, -belowShared);
    change.add(newParent, 1 + belowInodes, belowBytes, belowShared);
    return;
  }
  if (moved.parents.length > 1) {
    change.add(parent, 0, 0, -1);
    change.add(newParent, 0, 0, 1);
  }
  // The link keeps its place in the order of links: the charge moves with the oldest only.
  if (moved.parents[0] !== parent) return;
  change.add(parent, -1, -moved.sizeBytes);
  change.add(newParent, 1, moved.sizeBytes);
}

function chargeReplaced(
  state: MetadataState,
  change: UsageChange,
  target: number,
  newParent: number,
): void {
  const row = state.inodes.get(target)!;
  if (row.kind === 'directory') change.add(newParent, -1, 0);
  else chargeUnlink(change, row, newParent);
}
